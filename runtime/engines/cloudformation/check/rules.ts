import { evaluateCondition } from '../intrinsics/conditions.ts';
import { asText, type Scope } from '../intrinsics/scope.ts';
import { isRecord, section, TemplateError } from '../template/template.ts';

/** "Rules section": assertions about parameters, checked before anything is done. */
export function checkRules(scope: Scope): TemplateError[] {
  const errors: TemplateError[] = [];
  for (const [name, rule] of Object.entries(section(scope.document, 'Rules'))) {
    if (!isRecord(rule)) continue;
    const path = ['Rules', name];
    if (rule.RuleCondition !== undefined && !evaluateCondition(rule.RuleCondition, scope, [...path, 'RuleCondition']))
      continue;
    const assertions = Array.isArray(rule.Assertions) ? rule.Assertions : [];
    assertions.forEach((assertion, index) => {
      if (!isRecord(assertion)) return;
      const at = [...path, 'Assertions', index];
      if (evaluateCondition(assertion.Assert, scope, [...at, 'Assert'])) return;
      const why = assertion.AssertDescription === undefined ? '' : `: ${asText(assertion.AssertDescription)}`;
      errors.push(new TemplateError(`Template error: Rule ${name} failed${why}`, { path: at }));
    });
  }
  return errors;
}
