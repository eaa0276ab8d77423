import type { PagedListing, StoredObject } from "./ports";

/** Counts the requests of listings, and ends all of them as soon as a limit is reached. */
export class LimitedListing implements PagedListing {
  private count = 0;
  private wasOver = false;

  /** @param isOver true if no further request may be sent; it gets the number of requests so far */
  constructor(
    private readonly listing: PagedListing,
    private readonly isOver: (requests: number) => boolean,
  ) {}

  /** Number of requests sent. */
  get requests(): number {
    return this.count;
  }

  /** True if the limit ended a listing: it may be incomplete. */
  get isCutShort(): boolean {
    return this.wasOver;
  }

  objectPages(bucket: string, prefix: string, after?: string): AsyncIterable<readonly StoredObject[]> {
    return this.limited(this.listing.objectPages(bucket, prefix, after));
  }

  prefixPages(bucket: string, prefix: string, delimiter: string): AsyncIterable<readonly string[]> {
    return this.limited(this.listing.prefixPages(bucket, prefix, delimiter));
  }

  private async *limited<Page>(pages: AsyncIterable<Page>): AsyncGenerator<Page> {
    if (this.checkLimit()) return;
    for await (const page of pages) {
      this.count++;
      yield page;
      if (this.checkLimit()) return;
    }
  }

  private checkLimit(): boolean {
    this.wasOver ||= this.isOver(this.count);
    return this.wasOver;
  }
}
