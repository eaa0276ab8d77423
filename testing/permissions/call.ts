/** A request that a function makes, or that AWS makes with its role. */
export interface Call {
  readonly function: string;
  readonly service: string;
  readonly action: string;
  /** ARN. */
  readonly resource: string;
  /** Condition keys that policies may use. */
  readonly context?: Readonly<Record<string, string>>;
}

/** A call without its caller. */
export type CallOfAnyone = Omit<Call, "function">;

/** Environment of a pipeline: names for the references of its stack. */
export interface Place {
  readonly account: string;
  readonly region: string;
  readonly bucket: string;
  readonly database: string;
  readonly workgroup: string;
  /** Where files are read as delivered, if a source has that layout. */
  readonly delivered?: DeliveredPlace;
}

/** A folder of files as delivered. */
export interface DeliveredPlace {
  /** Typed table of their format. */
  readonly table: string;
  readonly bucket: string;
  /** Prefix of its keys, with a slash at the end. */
  readonly prefix: string;
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

/** A request for a table needs permissions for the table, its database and the catalog. */
export const tableArns = (place: Place, database: string, table: string): readonly string[] =>
  ["catalog", `database/${database}`, `table/${database}/${table}`].map((name) => arnOf(place, "glue", name));
