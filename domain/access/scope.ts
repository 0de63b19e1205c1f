/** Which rows a staff member's lists and writes may touch; an agent's scope includes its sub-agents. */
export type Scope =
  | { readonly kind: 'all' }
  | { readonly kind: 'agent'; readonly agentId: string }
  | { readonly kind: 'sites'; readonly siteIds: readonly string[] };
