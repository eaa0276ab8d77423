/** A file, or a file in an archive. */
export interface PackedFile {
  /** Path; in an archive, that of the archive is before it. */
  readonly name: string;
  /** Bytes. They may be left unread, but cannot be read after the next file was asked for. */
  readonly chunks: AsyncIterable<Buffer>;
}
