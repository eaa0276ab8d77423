/** Near the start of each page. */
export const PAGE_MARK = '<meta name="generator" content="access-logs report">';
