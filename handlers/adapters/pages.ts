/** A page of a list, and the token of the next one if there is one. */
interface Page {
  readonly NextToken?: string | undefined;
}

/**
 * The pages of a list of AWS, one after the other.
 *
 * @param request sends the request for a page: the first without a token, each other one with that of the page before
 */
export async function* pagesOf<T extends Page>(
  request: (next: { readonly NextToken?: string }) => Promise<T>,
): AsyncGenerator<T> {
  let token: string | undefined;
  do {
    const page = await request(token === undefined ? {} : { NextToken: token });
    yield page;
    token = page.NextToken;
  } while (token !== undefined);
}
