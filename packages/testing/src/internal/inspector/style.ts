/** The style of the page, for light and dark. @internal */
export const style = `
:root {
  color-scheme: light dark;
  --ground: #f6f7f9; --card: #fff; --ink: #1b2430; --quiet: #5b6675; --edge: #dde2e9; --accent: #1d5fd1;
  --good: #17693a; --good-bg: #e0f3e7; --warn: #8a4b00; --warn-bg: #fdeed6; --bad: #a8201a; --bad-bg: #fde4e1;
  --info: #1d4f9c; --info-bg: #e2ecfb; --code: #f0f2f5;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #11151b; --card: #1a2029; --ink: #e4e8ee; --quiet: #9aa5b4; --edge: #2d3643; --accent: #82b1ff;
    --good: #86dba5; --good-bg: #17352a; --warn: #f5c37b; --warn-bg: #3b2c14; --bad: #ff9d94; --bad-bg: #451f1e;
    --info: #a5c6ff; --info-bg: #1d2e4b; --code: #12171e;
  }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--ground); color: var(--ink); font: 15px/1.5 system-ui, sans-serif; }
a { color: var(--accent); }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; border-radius: 3px; }
header { display: flex; flex-wrap: wrap; align-items: center; gap: .5rem 1.25rem; padding: .9rem 1.5rem;
  background: var(--card); border-bottom: 1px solid var(--edge); }
h1 { margin: 0; font-size: 1.15rem; }
h2 { margin: 0; font-size: 1rem; }
h3 { margin: 1.2rem 0 .3rem; font-size: .95rem; }
h4 { margin: .8rem 0 .2rem; font-size: .82rem; color: var(--quiet); font-weight: 600; }
header .tools { margin-left: auto; display: flex; gap: .5rem; }
main { display: grid; gap: 1rem; padding: 1rem 1.5rem 2rem; grid-template-columns: minmax(0, 1fr);
  align-items: start; }
@media (min-width: 1080px) { main { grid-template-columns: minmax(0, 1.8fr) minmax(0, 1fr); } }
.column { display: grid; gap: 1rem; min-width: 0; }
.side { order: -1; }
.scroll { overflow-y: auto; max-height: 60vh; }
.jobs .scroll { max-height: 16rem; }
@media (min-width: 1080px) {
  .side { order: 0; display: flex; flex-direction: column; position: sticky; top: 1rem; max-height: calc(100vh - 2rem); }
  .side .jobs { display: flex; flex-direction: column; min-height: 0; }
  .jobs .scroll { max-height: none; }
  .requests .scroll { max-height: calc(100vh - 12rem); }
}
#filter { padding: .75rem 1.5rem 0; }
#filter input { min-width: 12rem; }
section { background: var(--card); border: 1px solid var(--edge); border-radius: 10px; padding: .9rem 1rem; min-width: 0; }
.head { display: flex; align-items: baseline; gap: .75rem; margin-bottom: .5rem; }
.quiet, .head .quiet { color: var(--quiet); margin: 0; font-size: .88rem; }
.scroll { overflow-x: auto; }
.column:has(#detail:not([hidden])) .requests .scroll { max-height: 42vh; overflow-y: auto; }
thead th { position: sticky; top: 0; background: var(--card); }
.close { margin-left: auto; font-size: .88rem; }
table { width: 100%; border-collapse: collapse; font-size: .87rem; }
thead th { text-align: left; color: var(--quiet); font-weight: 600; font-size: .78rem; }
th, td { padding: .34rem .55rem; border-bottom: 1px solid var(--edge); vertical-align: baseline; white-space: nowrap; }
tbody tr:last-child > * { border-bottom: 0; }
tbody tr:hover { background: var(--ground); }
tr[aria-current] { background: var(--info-bg); }
.num { text-align: right; font-variant-numeric: tabular-nums; }
time { font-variant-numeric: tabular-nums; color: var(--quiet); }
.path, .id, pre, code, .method, .headers td, .plan { font-family: ui-monospace, SFMono-Regular, Menlo, Consolas, monospace;
  font-size: .82rem; }
td.path { width: 100%; min-width: 9rem; max-width: 0; overflow: hidden; text-overflow: ellipsis; direction: rtl; text-align: left; }
.id { max-width: 9rem; overflow: hidden; text-overflow: ellipsis; }
td.path a { color: inherit; text-decoration: none; }
td.path a:hover { text-decoration: underline; }
.method { font-weight: 700; }
.chip { display: inline-block; padding: 0 .5em; border-radius: 999px; font-size: .78rem; font-weight: 600;
  background: var(--code); color: var(--quiet); }
.s2, .s1 { background: var(--good-bg); color: var(--good); }
.s3, .did { background: var(--info-bg); color: var(--info); }
.s4, .wait { background: var(--warn-bg); color: var(--warn); }
.s5, .fault { background: var(--bad-bg); color: var(--bad); }
progress { width: 4.5rem; height: .55rem; vertical-align: middle; accent-color: var(--accent); }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .15rem .9rem; margin: .5rem 0; font-size: .87rem; }
dt { color: var(--quiet); }
dd { margin: 0; overflow-wrap: anywhere; }
caption { text-align: left; color: var(--quiet); font-weight: 600; font-size: .82rem; padding: .4rem 0 .1rem; }
.headers th { text-align: left; font-weight: 500; color: var(--quiet); width: 1%; }
.headers td { white-space: normal; overflow-wrap: anywhere; }
.line { margin: .3rem 0; overflow-wrap: anywhere; }
pre { margin: 0; padding: .6rem .75rem; max-height: 24rem; overflow: auto; background: var(--code); border-radius: 6px;
  white-space: pre-wrap; overflow-wrap: anywhere; }
form { margin: 0; }
.fields { display: flex; flex-wrap: wrap; gap: .5rem; align-items: end; }
label { display: grid; gap: .15rem; font-size: .78rem; color: var(--quiet); }
button, select, input { font: inherit; font-size: .87rem; padding: .3rem .7rem; border-radius: 6px; border: 1px solid var(--edge);
  background: var(--card); color: var(--ink); cursor: pointer; }
button:hover, select:hover, input:hover { border-color: var(--accent); }
button.main { background: var(--accent); border-color: var(--accent); color: var(--card); font-weight: 600; }
ul.plan { list-style: none; margin: .75rem 0 0; padding: 0; max-height: 12rem; overflow-y: auto; }
ul.plan li { display: flex; gap: .75rem; align-items: center; justify-content: space-between; padding: .4rem 0;
  border-top: 1px solid var(--edge); overflow-wrap: anywhere; }
.empty { color: var(--quiet); font-size: .88rem; margin: 0; padding: .75rem .2rem; white-space: normal; }
tbody:not(:empty) + tbody.none { display: none; }
`
