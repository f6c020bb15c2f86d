import {
  type Codec,
  type DecoderState,
  type IncrementalDecoder,
  type IncrementalEncoder,
  joined,
  PlainDecoder,
} from "./_codec.ts";
import type { Encoding } from "./_encoding.ts";
import { type ErrorMode, errorModeArgument } from "./_error_modes.ts";
import { EMPTY } from "./_empty.ts";
import { type Bytes, bytesOf } from "./bytes.ts";

/** A byte order mark and the encoding that it announces. */
export type Form = readonly [mark: Bytes, encoding: Encoding];

/**
 * A codec whose texts begin with a byte order mark. It writes its first form,
 * and takes a text without a mark for that one too.
 */
export class MarkedCodec implements Codec {
  readonly name: string;
  readonly #forms: readonly [Form, ...Form[]];

  constructor(name: string, forms: readonly [Form, ...Form[]]) {
    this.name = name;
    this.#forms = forms;
  }

  decode(bytes: Uint8Array, errors?: ErrorMode): string {
    return this.incrementalDecoder(errors).decode(bytes, true);
  }

  encode(text: string, errors?: ErrorMode): Bytes {
    return this.incrementalEncoder(errors).encode(text);
  }

  incrementalDecoder(errors: ErrorMode = "strict"): IncrementalDecoder {
    return new MarkedDecoder(this.#forms, errorModeArgument(errors));
  }

  incrementalEncoder(errors: ErrorMode = "strict"): IncrementalEncoder {
    return new MarkedEncoder(this.#forms[0], errorModeArgument(errors));
  }
}

// The flag of its state is the number of the form, and before that is known how
// many there are: 0, the flag of most other decoders, is what nearly all texts get.
class MarkedDecoder implements IncrementalDecoder {
  readonly #forms: readonly [Form, ...Form[]];
  readonly #errors: ErrorMode;
  #pending: Bytes = EMPTY;
  #flag: number;
  #decoder: IncrementalDecoder | undefined;

  constructor(forms: readonly [Form, ...Form[]], errors: ErrorMode) {
    this.#forms = forms;
    this.#errors = errors;
    this.#flag = forms.length;
  }

  decode(input: Uint8Array, final = false): string {
    if (this.#decoder) return this.#decoder.decode(input, final);
    const start = joined(this.#pending, bytesOf(input));
    const unfinished = this.#forms.some(([mark]) =>
      start.length < mark.length && beginsWith(mark, start)
    );
    if (start.length === 0 || unfinished && !final) {
      this.#pending = start.slice();
      return "";
    }
    const found = this.#forms.findIndex(([mark]) => beginsWith(start, mark));
    const before = this.getstate();
    const markLength = this.#forms[found]?.[0].length ?? 0;
    const decoder = this.#choose(Math.max(found, 0));
    try {
      return decoder.decode(start.subarray(markLength), final);
    } catch (error) {
      this.setstate(before);
      throw error;
    }
  }

  getstate(): DecoderState {
    const [pending] = this.#decoder?.getstate() ?? [this.#pending];
    return [pending, this.#flag];
  }

  setstate([pending, flag]: DecoderState): void {
    this.reset();
    if (flag >= this.#forms.length) this.#pending = pending;
    else this.#choose(flag).setstate([pending, 0]);
  }

  reset(): void {
    this.#pending = EMPTY;
    this.#flag = this.#forms.length;
    this.#decoder = undefined;
  }

  #choose(flag: number): IncrementalDecoder {
    const [, encoding] = this.#forms[flag]!;
    this.#flag = flag;
    return this.#decoder = new PlainDecoder(encoding, this.#errors);
  }
}

/** Its state is 1 while the mark is still to be written. */
class MarkedEncoder implements IncrementalEncoder {
  readonly #form: Form;
  readonly #errors: ErrorMode;
  #state = 1;

  constructor(form: Form, errors: ErrorMode) {
    this.#form = form;
    this.#errors = errors;
  }

  encode(text: string): Bytes {
    const [mark, encoding] = this.#form;
    const bytes = encoding.encode(text, this.#errors);
    if (this.#state === 0) return bytes;
    this.#state = 0;
    const marked = new Uint8Array(mark.length + bytes.length);
    marked.set(mark);
    marked.set(bytes, mark.length);
    return marked;
  }

  getstate(): number {
    return this.#state;
  }

  setstate(state: number): void {
    this.#state = state;
  }

  reset(): void {
    this.#state = 1;
  }
}

function beginsWith(bytes: Uint8Array, start: Uint8Array): boolean {
  return start.every((byte, i) => bytes[i] === byte);
}
