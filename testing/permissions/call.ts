/** A request that a function makes, or that AWS makes in its name. */
export interface Call {
  readonly function: string;
  readonly service: string;
  readonly action: string;
  /** ARN. */
  readonly resource: string;
  /** Condition keys, as far as policies could ask for them. */
  readonly context?: Readonly<Record<string, string>>;
}

/** A call, whoever makes it. */
export type CallOfAnyone = Omit<Call, "function">;

/** Where a pipeline runs: names that the references of its stack stand for. */
export interface Place {
  readonly account: string;
  readonly region: string;
  readonly bucket: string;
  readonly database: string;
  readonly workgroup: string;
}

export const callTo = (action: string, resource: string, context?: Call["context"]): CallOfAnyone => ({
  service: action.split(":")[0] ?? "",
  action,
  resource,
  ...(context ? { context } : {}),
});

export const arnOf = (place: Pick<Place, "account" | "region">, service: string, resource: string): string =>
  `arn:aws:${service}:${place.region}:${place.account}:${resource}`;
export const bucketArn = (bucket: string): string => `arn:aws:s3:::${bucket}`;
export const objectArn = (bucket: string, key: string): string => `${bucketArn(bucket)}/${key}`;

/** A request about a table is judged for the table, its database and the catalog. */
export const tableArns = (place: Place, database: string, table: string): readonly string[] =>
  ["catalog", `database/${database}`, `table/${database}/${table}`].map((name) => arnOf(place, "glue", name));
