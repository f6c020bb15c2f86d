/**
 * Bytes that belong to the receiver: what every `read` method returns. Backed
 * by an `ArrayBuffer` of its own, so it can go into a `Response`, a `Blob` or
 * WebCrypto as it is.
 */
export type Bytes = Uint8Array<ArrayBuffer>;

/**
 * The bytes behind any view, whatever its element size, without a copy.
 *
 * @param view Typed array, `DataView` or `ArrayBuffer`.
 * @returns A view of the same memory.
 * @throws {TypeError} If `view` is a string or anything else that holds no bytes.
 */
export function bytesOf(view: ArrayBufferView | ArrayBufferLike): Uint8Array {
  if (view instanceof Uint8Array) return view;
  if (ArrayBuffer.isView(view)) {
    return new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
  }
  if (view instanceof ArrayBuffer || view instanceof SharedArrayBuffer) {
    return new Uint8Array(view);
  }
  throw new TypeError(
    `Cannot use ${describe(view)} as bytes: a byte array is required`,
  );
}

function describe(value: unknown): string {
  if (value === null) return "null";
  return typeof value === "object"
    ? `a ${value.constructor?.name ?? "plain"} object`
    : `a ${typeof value}`;
}
