/** Names the parameters in a path: those in braces. */
type ParametersOf<Path extends string> = Path extends `${string}{${infer Name}}${infer Rest}`
  ? Name | ParametersOf<Rest>
  : never;

/** Returns the path with its parameters filled in. */
export function pathTo<Path extends string>(path: Path, parameters: Record<ParametersOf<Path>, string>): string {
  return path.replace(/\{(\w+)\}/g, (_, name: ParametersOf<Path>) => encodeURIComponent(parameters[name]));
}
