/** Reads which expressions of the rules the emulator has evaluated; feeds the last of the rules tests. */

interface Position {
  line: number;
  column?: number;
}

interface Expression {
  sourcePosition: Position;
  values?: { value?: Record<string, unknown>; count?: number }[];
  children?: Expression[];
}

/** The places (`line:column`) of expressions that this project has not tried since its rules were loaded. */
export async function unreached(host: string, project: string): Promise<string[]> {
  const answer = await fetch(`http://${host}/emulator/v1/projects/${project}:ruleCoverage`);
  if (!answer.ok) throw new Error(`the emulator gave no rule coverage: ${answer.status} ${await answer.text()}`);
  const { report } = (await answer.json()) as { report?: Expression[] };
  if (!report?.length) throw new Error("the emulator's rule coverage is empty: no rule was evaluated at all");
  return report.flatMap(missed).sort();
}

/** An allow or a function's body must have come out both ways; what it is made of must have been looked at. */
function missed(expression: Expression, depth = 0): string[] {
  const { line, column = 0 } = expression.sourcePosition;
  const seen = (expression.values ?? []).filter(({ value, count }) => (count ?? 0) > 0 && looked(value)).map(({ value }) => value);
  const bothWays = seen.some((value) => value?.boolValue === true) && seen.some((value) => value?.boolValue !== true);
  const here = (depth === 0 ? bothWays : seen.length > 0) ? [] : [`${line}:${column}`];
  return [...here, ...(expression.children ?? []).flatMap((child) => missed(child, depth + 1))];
}

/** The emulator reports an operand that `&&` or `||` passed over with a value that is empty. */
function looked(value: Record<string, unknown> | undefined): boolean {
  return value !== undefined && Object.keys(value).length > 0;
}
