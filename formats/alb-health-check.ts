import { alb } from "./alb";
import { byLoadBalancers } from "./load-balancer-delivery";
import { loadBalancerClassifier, loadBalancerLayoutOf } from "./load-balancer-object";
import { column, type LogFormat } from "./log-format";

/**
 * Application Load Balancer health check log: a line for each check of a target. Its lines begin like those of access
 * logs, so only the name of the file shows which log it is.
 *
 * @see https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-health-check-logs.html
 */
export const albHealthCheck: LogFormat = {
  id: "alb-health-check",
  table: "alb_health_check_logs",
  title: "Application Load Balancer health check logs",
  source:
    "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-health-check-logs.html (read 2026-11)",
  separator: " ",
  fields: [
    {
      name: "type",
      token: "firstWord",
      columns: [column("type", "string", "Kind of check: http, https, h2, grpc or lambda")],
    },
    {
      name: "time",
      token: "instant",
      columns: [column("time", "timestamp", "When the check of the target started (UTC)")],
    },
    {
      name: "latency",
      token: "decimal",
      columns: [column("latency", "double", "Seconds until the check ended")],
    },
    {
      name: "target_addr",
      token: "word",
      columns: [
        column("target_addr", "string", "Address and port of the target, or the ARN of a Lambda function"),
      ],
    },
    {
      name: "target_group_id",
      token: "word",
      columns: [column("target_group_id", "string", "Name of the target group")],
    },
    {
      name: "status",
      token: "word",
      columns: [column("status", "string", "Result of the check: PASS or FAIL")],
    },
    {
      name: "status_code",
      token: "word",
      columns: [column("status_code", "string", "Status code of the target's response; NULL without one")],
    },
    {
      name: "reason_code",
      token: "word",
      columns: [
        column(
          "reason_code",
          "string",
          "Why the check failed, e.g. TimedOut, ConnectionReset or ResponseCodeMismatch",
        ),
      ],
    },
    {
      name: "elb",
      token: "word",
      columns: [column("elb", "string", "Load balancer, as app/name/id")],
      optional: true,
    },
    {
      name: "ip_address",
      token: "word",
      columns: [column("ip_address", "string", "Address of the load balancer node")],
    },
  ],
  time: ["time"],
  samples: [
    "http 2026-11-23T07:05:00.186641Z 0.019584011 10.0.0.1:8080 shop PASS 200 - app/shop/50dc6c495c0c9188 172.31.20.5",
    "https 2026-11-23T07:05:01.000213Z 5.000912345 2001:db8::a5:8443 shop FAIL - TimedOut app/shop/50dc6c495c0c9188 172.31.4.10",
    "lambda 2026-11-23T07:05:02.310945Z 0.211000000 arn:aws:lambda:eu-central-1:111122223333:function:checkout checkout FAIL 502 TargetError",
  ],
  sampleKeys: [
    "111122223333/elasticloadbalancing/eu-central-1/2026/11/23/health_check_log_111122223333_elasticloadbalancing_eu-central-1_app.shop.50dc6c495c0c9188_20261123T0705Z_172.31.20.5_4f9k2m1x.log.gz",
  ],
  lateByHours: alb.lateByHours,
  delivery: { ...byLoadBalancers, setting: "health_check_logs of a load balancer" },
  delivered: loadBalancerLayoutOf("health-check"),
  classify: loadBalancerClassifier("health-check"),
};
