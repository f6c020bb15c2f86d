// @pure
/** A file or folder in a listing. */
export interface ListingEntry {
  /** Its name, without slash. */
  readonly name: string;
  /** What it is, links resolved. */
  readonly kind: "file" | "directory";
  /** Whether it is a symbolic link. */
  readonly link: boolean;
  /** Bytes of a file, `null` for a folder and where it is not known. */
  readonly size: number | null;
  /** Time of the last modification in milliseconds since the epoch, if known. */
  readonly mtime: number | null;
}
