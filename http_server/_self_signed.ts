import {
  bitString,
  boolean,
  type Der,
  der,
  integer,
  objectIdentifier,
  octetString,
  sequence,
  setOf,
  utcTime,
  utf8String,
} from "./_der.ts";

/** A certificate and its key, as PEM. */
export interface SelfSigned {
  readonly cert: string;
  readonly key: string;
  /** SHA-256 of the certificate as browsers show it: `AB:CD:…`. */
  readonly fingerprint: string;
}

/** Browsers refuse certificates that are good for more than 398 days. */
const DAYS = 90;
const DAY = 86_400_000;

const ECDSA_WITH_SHA256 = sequence(objectIdentifier("1.2.840.10045.4.3.2"));

/**
 * Makes a certificate that nobody vouches for, and a key that is kept nowhere:
 * for this run of a server.
 *
 * @param names Host names and IP addresses to be good for.
 * @param now Milliseconds since the epoch.
 */
export async function makeSelfSigned(
  names: readonly string[],
  now: number = Date.now(),
): Promise<SelfSigned> {
  const algorithm = { name: "ECDSA", namedCurve: "P-256" };
  const keys = await crypto.subtle.generateKey(algorithm, true, [
    "sign",
    "verify",
  ]);
  const [publicKey, privateKey] = await Promise.all([
    crypto.subtle.exportKey("spki", keys.publicKey),
    crypto.subtle.exportKey("pkcs8", keys.privateKey),
  ]);
  const body = toBeSigned(new Uint8Array(publicKey), names, now);
  const signature = await crypto.subtle.sign(
    { name: "ECDSA", hash: "SHA-256" },
    keys.privateKey,
    body,
  );
  const certificate = sequence(
    body,
    ECDSA_WITH_SHA256,
    bitString(derSignature(new Uint8Array(signature))),
  );
  const digest = new Uint8Array(
    await crypto.subtle.digest("SHA-256", certificate),
  );
  return {
    cert: toPem("CERTIFICATE", certificate),
    key: toPem("PRIVATE KEY", new Uint8Array(privateKey)),
    fingerprint: digest.toHex().toUpperCase().match(/../g)!.join(":"),
  };
}

/** TBSCertificate (RFC 5280 section 4.1). */
function toBeSigned(
  publicKey: Uint8Array,
  names: readonly string[],
  now: number,
): Der {
  const version3 = der(0xa0, integer(new Uint8Array([2])));
  const serial = crypto.getRandomValues(new Uint8Array(16));
  const commonName = objectIdentifier("2.5.4.3");
  const name = sequence(
    setOf(sequence(commonName, utf8String("Self-signed for this run"))),
  );
  return sequence(
    version3,
    integer(serial),
    ECDSA_WITH_SHA256,
    name,
    // A day before: clocks differ.
    sequence(utcTime(now - DAY), utcTime(now + DAYS * DAY)),
    name,
    publicKey,
    der(0xa3, extensions(names)),
  );
}

/** Extensions (RFC 5280 section 4.2). */
function extensions(names: readonly string[]): Der {
  const critical = boolean(true);
  const digitalSignature = bitString(new Uint8Array([0x80]), 7);
  const serverAuth = objectIdentifier("1.3.6.1.5.5.7.3.1");
  return sequence(
    // basicConstraints: no authority, which would vouch for others.
    sequence(objectIdentifier("2.5.29.19"), critical, octetString(sequence())),
    sequence(
      objectIdentifier("2.5.29.15"),
      critical,
      octetString(digitalSignature),
    ),
    sequence(
      objectIdentifier("2.5.29.37"),
      octetString(sequence(serverAuth)),
    ),
    sequence(
      objectIdentifier("2.5.29.17"),
      octetString(sequence(...names.map(generalName))),
    ),
  );
}

/** GeneralName: a DNS name or an IP address. */
function generalName(name: string): Der {
  const address = addressBytes(name);
  return address === null
    ? der(0x82, new TextEncoder().encode(name))
    : der(0x87, address);
}

/** The bytes of an IP address, `null` for a name. */
function addressBytes(text: string): Uint8Array | null {
  if (/^\d+\.\d+\.\d+\.\d+$/.test(text)) {
    return new Uint8Array(text.split(".").map(Number));
  }
  if (!text.includes(":")) return null;
  const [head = "", tail] = text.split("::");
  const groups = (part: string) => part === "" ? [] : part.split(":");
  const first = groups(head);
  const last = groups(tail ?? "");
  const gap = new Array<string>(8 - first.length - last.length).fill("0");
  const all = [...first, ...gap, ...last].map((group) => parseInt(group, 16));
  return new Uint8Array(all.flatMap((group) => [group >> 8, group & 0xff]));
}

/** WebCrypto gives both numbers one behind the other; X.509 wants a sequence. */
function derSignature(raw: Uint8Array): Der {
  const half = raw.length / 2;
  return sequence(integer(raw.subarray(0, half)), integer(raw.subarray(half)));
}

function toPem(label: string, bytes: Uint8Array): string {
  const lines = bytes.toBase64().match(/.{1,64}/g)!;
  return [`-----BEGIN ${label}-----`, ...lines, `-----END ${label}-----`, ""]
    .join("\n");
}
