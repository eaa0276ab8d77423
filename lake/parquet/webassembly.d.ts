/** What is used of WebAssembly, which is otherwise declared only for browsers. */
declare namespace WebAssembly {
  class Memory {
    constructor(size: { readonly initial: number });
    readonly buffer: ArrayBuffer;
  }
  function instantiate(
    program: Uint8Array,
    imports: Readonly<Record<string, Readonly<Record<string, (...values: number[]) => number>>>>,
  ): Promise<{ readonly instance: { readonly exports: object } }>;
}
