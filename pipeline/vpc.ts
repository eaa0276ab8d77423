import type { PolicyStatement } from "./policy";

/** Network of the functions, if they must run in your VPC. */
export interface VpcConfig {
  /** Subnets that can reach S3 and Athena through endpoints or NAT. */
  readonly subnetIds: readonly string[];
  readonly securityGroupIds: readonly string[];
}

/** Actions of Lambda on a function's network interfaces, with the function's role. */
export const NETWORK_INTERFACE_ACTIONS = [
  "ec2:CreateNetworkInterface",
  "ec2:DescribeNetworkInterfaces",
  "ec2:DescribeSubnets",
  "ec2:DeleteNetworkInterface",
  "ec2:AssignPrivateIpAddresses",
  "ec2:UnassignPrivateIpAddresses",
] as const;

/**
 * Allows Lambda, but not the function's own code, to manage the network interfaces. Their ids are not known
 * in advance.
 *
 * @see https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html
 */
export const networkInterfaces = (vpc: VpcConfig | undefined): PolicyStatement[] =>
  vpc === undefined
    ? []
    : [
        { Effect: "Allow", Action: NETWORK_INTERFACE_ACTIONS, Resource: ["*"] },
        {
          Effect: "Deny",
          Action: NETWORK_INTERFACE_ACTIONS,
          Resource: ["*"],
          // AWS adds this key to every request that the function's own code makes.
          Condition: { Null: { "lambda:SourceFunctionArn": "false" } },
        },
      ];
