// @pure
/** The style of listings. */
export const LISTING_STYLE = `
:root {
  color-scheme: light dark;
  --page: #f6f7f9; --card: #fff; --text: #1c2128; --quiet: #5c6670;
  --line: #e3e6ea; --hover: #f2f5f9; --accent: #0b62d0; --folder: #3b82d6;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #0e1116; --card: #161b22; --text: #e4e9ef; --quiet: #98a2ad;
    --line: #262d36; --hover: #1d242d; --accent: #6cb0ff; --folder: #5aa1f2;
  }
}
* { box-sizing: border-box }
html { -webkit-text-size-adjust: 100%; text-size-adjust: 100% }
body {
  margin: 0; background: var(--page); color: var(--text);
  font: 15px/1.45 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif;
}
main { max-width: 62rem; margin: 0 auto; padding: 2rem 1.25rem 3rem }
a { color: inherit; text-decoration: none }
a:focus-visible, input:focus-visible { outline: 2px solid var(--accent); outline-offset: -2px; border-radius: 8px }
.unseen { position: absolute; width: 1px; height: 1px; margin: -1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap }
header { display: flex; flex-wrap: wrap; align-items: center; gap: .75rem 1.5rem; margin-bottom: 1.25rem }
header nav { flex: 1 1 20rem; min-width: 0 }
header ol { list-style: none; margin: 0; padding: 0; font-size: 1.2rem; line-height: 1.6 }
header li { display: inline }
header li + li::before { content: "/"; color: var(--quiet) }
header li a { padding: .15em .35em; border-radius: 8px; color: var(--quiet); overflow-wrap: anywhere; white-space: pre-wrap; box-decoration-break: clone; -webkit-box-decoration-break: clone }
header li a:hover { background: var(--line) }
header li:last-child a { color: var(--text); font-weight: 600 }
header svg { width: 1.15em; height: 1.15em; margin-inline-end: .35em; vertical-align: -.17em }
header .unseen + svg, header svg:has(+ .unseen) { margin-inline-end: 0 }
form { flex: 0 1 17rem }
input {
  width: 100%; font: inherit; color: inherit; background: var(--card);
  border: 1px solid var(--line); border-radius: 8px; padding: .45rem .75rem;
}
input::placeholder { color: var(--quiet); opacity: 1 }
.card { background: var(--card); border: 1px solid var(--line); border-radius: 12px; overflow: hidden }
table { width: 100%; border-collapse: collapse }
th { text-align: left; font-weight: 500; font-size: .86rem; color: var(--quiet); border-bottom: 1px solid var(--line); padding: 0 }
th a { display: inline-block; padding: .6rem 1rem }
th a:hover, th[aria-sort] a { color: var(--text) }
th[aria-sort] a::after { content: "\\2191"; padding-inline-start: .35em }
th[aria-sort=descending] a::after { content: "\\2193" }
td { padding: 0 1rem; color: var(--quiet); font-size: .9rem; font-variant-numeric: tabular-nums; white-space: nowrap }
td:first-child { padding: 0; width: 100%; font-size: inherit; white-space: normal }
th:nth-child(2), td:nth-child(2) { text-align: right }
tr + tr td { border-top: 1px solid var(--line) }
tbody tr:has(a:focus-visible) { outline: 2px solid var(--accent); outline-offset: -2px; border-radius: 8px }
tbody a:focus-visible { outline: none }
tbody tr:hover, tbody tr:focus-within { background: var(--hover) }
td a { display: flex; align-items: center; gap: .75rem; padding: .5rem 1rem; color: var(--text) }
td a:hover .name { text-decoration: underline; text-decoration-color: var(--accent); text-underline-offset: .2em }
td svg { flex: none; width: 1.2rem; height: 1.2rem; color: var(--quiet) }
.directory svg { color: var(--folder) }
.name { min-width: 0; overflow-wrap: anywhere; white-space: pre-wrap; unicode-bidi: isolate }
.link .name::after { content: "\\a0\\2197"; color: var(--quiet) }
.none a { color: var(--accent) }
.none { padding: 2.5rem 1rem; margin: 0; text-align: center; color: var(--quiet) }
footer { display: flex; flex-wrap: wrap; justify-content: space-between; gap: .5rem 1.5rem; margin-top: 1rem; color: var(--quiet); font-size: .9rem }
footer p { margin: 0; padding: .3rem 0 }
.pages { display: flex; flex-wrap: wrap; gap: .25rem; color: var(--quiet); font-size: .9rem }
header + .pages { justify-content: end; margin: -.5rem 0 .75rem }
.pages a, .pages span { padding: .3rem .6rem; border-radius: 8px }
.pages a:hover { background: var(--line) }
.pages [aria-current] { background: var(--card); color: var(--text); font-weight: 600; box-shadow: inset 0 0 0 1px var(--line) }
[hidden] { display: none !important }
@media (max-width: 40rem) {
  main { padding: 1rem .75rem 2rem }
  header { margin-bottom: 1rem }
  form { flex: 1 1 100% }
  input { font-size: 16px }
  table, thead, tbody { display: block }
  thead tr { display: flex; border-bottom: 1px solid var(--line) }
  th { border: 0 }
  th a { padding: .6rem .25rem .6rem 1rem }
  tbody tr { display: grid; grid-template-columns: auto 1fr; column-gap: 1rem; padding-bottom: .5rem }
  tbody tr.up { padding-bottom: 0 }
  tbody tr + tr { border-top: 1px solid var(--line) }
  tr + tr td { border: 0 }
  td { padding: 0; text-align: left; font-size: .84rem }
  td:first-child { grid-column: 1 / -1 }
  td:nth-child(2) { padding-inline-start: 2.95rem; text-align: left }
  td:nth-child(2):empty { padding-inline-start: 1.95rem }
  td a { padding: .55rem 1rem .1rem }
  .up a { padding-bottom: .55rem }
}
@media print {
  form, .pages { display: none }
  .card { border: 0 }
}
`;
