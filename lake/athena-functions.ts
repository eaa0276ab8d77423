/**
 * Functions of Athena (Trino) that DuckDB has under other names, so that one SQL text runs on both. None of
 * them hides a function of DuckDB.
 *
 * Quantiles are exact here and approximate in Athena.
 *
 * @see https://trino.io/docs/current/functions.html
 */
export const ATHENA_FUNCTIONS: readonly string[] = [
  "approx_distinct(x) AS count(DISTINCT x)",
  "approx_percentile(x, part) AS quantile_cont(x, part)",
  "array_join(texts, separator) AS array_to_string(texts, separator)",
  // Both count from Monday, which is 1; DuckDB's own `dayofweek` does not.
  "day_of_week(moment) AS isodow(moment)",
  "regexp_like(text, pattern) AS regexp_matches(text, pattern)",
  "regexp_split(text, pattern) AS string_split_regex(text, pattern)",
];
