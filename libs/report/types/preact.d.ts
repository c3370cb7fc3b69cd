// What is used of preact. Its own types bring those of a browser with them, and every file of a server would have `window`.
export type ComponentChildren = ComponentChildren[] | VNode | string | number | boolean | null | undefined;
export interface VNode {
  readonly type: unknown;
}
type Attributes = Readonly<Record<string, string | number | undefined>>;
export function h(
  type: string | typeof Fragment,
  attributes: Attributes | null,
  ...children: ComponentChildren[]
): VNode;
export const Fragment: (props: { children?: ComponentChildren }) => VNode;
