interface TemplateWebsite {
  IndexDocument?: string;
  ErrorDocument?: string;
  RedirectAllRequestsTo?: object;
  RoutingRules?: { RedirectRule?: object; RoutingRuleCondition?: object }[];
}

/** A template's website configuration in the API's form. */
export function websiteOf({
  IndexDocument,
  ErrorDocument,
  RedirectAllRequestsTo,
  RoutingRules,
}: TemplateWebsite): object {
  return {
    ...(IndexDocument === undefined ? {} : { IndexDocument: { Suffix: IndexDocument } }),
    ...(ErrorDocument === undefined ? {} : { ErrorDocument: { Key: ErrorDocument } }),
    ...(RedirectAllRequestsTo === undefined ? {} : { RedirectAllRequestsTo }),
    ...(RoutingRules === undefined
      ? {}
      : {
          RoutingRules: RoutingRules.map((rule) => ({
            Redirect: rule.RedirectRule,
            ...(rule.RoutingRuleCondition ? { Condition: rule.RoutingRuleCondition } : {}),
          })),
        }),
  };
}
