/** The one style sheet of the documentation page; inline, so that the page asks for nothing else. */
export const DOCS_STYLE = `
:root { color-scheme: light dark; --ink: #1c2430; --dim: #5b6675; --paper: #fff; --sheet: #f5f7fa; --line: #dde3ea; --link: #0b62c4; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e3e8ef; --dim: #98a3b3; --paper: #12161c; --sheet: #1a2029; --line: #2c3542; --link: #74b3ff; }
}
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 64rem; padding: 1.5rem 1rem 4rem; background: var(--paper); color: var(--ink);
  font: 16px/1.6 system-ui, "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", sans-serif; }
a { color: var(--link); }
h1 { margin: 0; } h2 { margin: 2.5rem 0 .75rem; border-bottom: 1px solid var(--line); } h3 { margin: 1rem 0 .25rem; font-size: 1rem; }
header nav { float: right; display: flex; gap: .75rem; }
.contents ul { display: flex; flex-wrap: wrap; gap: .25rem 1rem; padding: 0; list-style: none; }
details { margin: .4rem 0; border: 1px solid var(--line); border-radius: .5rem; background: var(--sheet); }
summary { padding: .5rem .75rem; cursor: pointer; display: flex; flex-wrap: wrap; gap: .25rem .75rem; align-items: baseline; }
summary::before { content: "▸"; color: var(--dim); } details[open] > summary::before { content: "▾"; }
details > div { padding: 0 .75rem .75rem; border-top: 1px solid var(--line); }
.method { min-width: 4.2rem; font: 700 .8rem ui-monospace, monospace; text-transform: uppercase; }
.get { color: #1a7f4b; } .post { color: #b35900; } .put, .patch { color: #8250c4; } .delete { color: #c4314b; }
@media (prefers-color-scheme: dark) { .get { color: #5fd195; } .post { color: #f2a35e; } .put, .patch { color: #c4a0ff; } .delete { color: #ff8296; } }
code, pre { font-family: ui-monospace, "SFMono-Regular", Consolas, monospace; font-size: .85rem; }
pre { margin: .25rem 0; padding: .75rem; overflow-x: auto; border: 1px solid var(--line); border-radius: .4rem; background: var(--paper); }
.said { flex: 1 1 16rem; color: var(--dim); }
.permission { border: 1px solid var(--line); border-radius: 1rem; padding: 0 .6rem; font-size: .8rem; color: var(--dim); }
.table { overflow-x: auto; }
table { width: 100%; border-collapse: collapse; font-size: .9rem; }
th, td { padding: .3rem .5rem; border-bottom: 1px solid var(--line); text-align: left; vertical-align: top; }
th { color: var(--dim); font-weight: 600; white-space: nowrap; }
`;
