import type { FolderLayout } from "./delivered-layout";
import { hourOf, parseHour, partitionValuesOf } from "./hour";
import { accessLog, fileNameOf, type ObjectKind, skip } from "./object-kind";

/**
 * `<account>_waflogs_<region>_<web ACL>_<YYYYMMDDTHHmm>Z_<hash>.log.gz`, with `cloudfront` as the Region of distributions.
 * The stamp is that of the folder, five minutes at a time.
 *
 * @see https://docs.aws.amazon.com/waf/latest/developerguide/logging-s3.html
 */
const ACCESS_LOG =
  "\\d{12}_waflogs_[a-z0-9-]+_[A-Za-z0-9_-]+_([1-9]\\d{7}T\\d{4})Z_[A-Za-z0-9]+\\.log(?:\\.gz)?$";
const NAME = new RegExp(`^${ACCESS_LOG}`);

/** Distinguishes a web ACL's logs from other objects, by name only. */
export function classifyWebAclObject(key: string): ObjectKind {
  const name = fileNameOf(key);
  if (name === "") return skip("folder-marker");
  const [, year, month, day, hourOfDay, minute] =
    /^(\d{4})(\d{2})(\d{2})T(\d{2})(\d{2})$/.exec(NAME.exec(name)?.[1] ?? "") ?? [];
  const hour = parseHour(`${year}-${month}-${day}T${hourOfDay}`);
  return hour === undefined || Number(minute) > 59 ? skip("unmatched-key") : accessLog(hourOf(hour));
}

/** `<account>/WAFLogs/<region>/<web ACL>/YYYY/MM/dd/HH/`, and in it a folder for each minute with files. */
export const webAclLayout: FolderLayout = {
  kind: "folders",
  per: "hour",
  levels: [/^\d{12}$/, /^WAFLogs$/, /^[a-z0-9-]+$/, /^[A-Za-z0-9_-]+$/],
  timeFolder: (hour) => {
    const { dt, hour: hourOfDay } = partitionValuesOf(hour);
    return `${dt.replaceAll("-", "/")}/${hourOfDay}`;
  },
  stamp: { pattern: `/${ACCESS_LOG}`, form: "%Y%m%dT%H%i", isEnd: false },
};
