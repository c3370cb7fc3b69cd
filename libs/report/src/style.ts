/** Light, and dark on a screen that is; led and missed differ in lightness, not only in colour. Red is what needs a person. */
const COLOURS = `
:root{--paper:#fff;--ink:#1b1f24;--quiet:#5a626c;--line:#d9dde2;--accent:#6394c9;--alarm:#b3241c}
@media screen and (prefers-color-scheme:dark){
:root{--paper:#14171a;--ink:#e6e8ea;--quiet:#9aa3ad;--line:#343a41;--accent:#416b99;--alarm:#ff8b80}
}`;

const TEXT = `
*{box-sizing:border-box}
html{color-scheme:light dark;background:var(--paper);color:var(--ink);font:15px/1.5 system-ui,sans-serif}
body{max-width:68rem;margin:0 auto;padding:2rem 1.25rem 4rem}
h1{font-size:1.6rem;line-height:1.25;margin:0}
h2{font-size:1.15rem;margin:2.5rem 0 .5rem}
p{max-width:46rem;margin:.5rem 0}
.headline{font-size:1.1rem;margin-top:1rem}
.quiet,figcaption,footer,caption{color:var(--quiet)}
.alarm{color:var(--alarm)}
figure{margin:.75rem 0}
figcaption{font-size:.87rem;margin-top:.5rem}
q{quotes:"“" "”"}
q::before{content:open-quote}q::after{content:close-quote}
footer{margin-top:3rem;font-size:.87rem}
code{font-size:.93em;overflow-wrap:anywhere}`;

const TABLES = `
table{border-collapse:collapse;width:100%;font-size:.87rem;line-height:1.4}
caption{text-align:left;padding:.25rem 0 .5rem}
th,td{text-align:left;vertical-align:top;padding:.4rem .9rem .4rem 0;border-bottom:1px solid var(--line);
overflow-wrap:anywhere;min-width:6.5rem}
th:last-child,td:last-child{padding-right:0}
thead th{font-weight:600;color:var(--quiet);overflow-wrap:normal}
.data{font-variant-numeric:tabular-nums;white-space:nowrap;overflow-wrap:normal;min-width:0}
td ul{margin:0;padding:0;list-style:none}
td q{display:block}
#figures{max-width:38rem;margin-top:1rem}
#figures th[scope=row]{font-weight:400}
#figures .data{text-align:right}
#figures .part th{padding-left:1.2rem;color:var(--quiet)}
#figures .part td{color:var(--quiet)}
#figures tfoot th,#figures tfoot td{font-weight:600;border:0}`;

const CHARTS = `
svg{display:block;overflow:hidden}
.patterns{position:absolute}
.lane{display:grid;grid-template-columns:9rem 1fr;gap:.75rem;align-items:center}
.name{font-size:.87rem;overflow:hidden;text-overflow:ellipsis;white-space:nowrap}
.axis,.axis text{color:var(--quiet);fill:var(--quiet);font-size:12px;font-variant-numeric:tabular-nums}
.grid{stroke:var(--line)}
.led{fill:var(--accent)}
.told{fill:url(#hatched)}
.held{fill:url(#held)}
.gap{fill:var(--alarm)}
.before{fill:none;stroke:var(--line)}
.between{fill:var(--paper)}
.stripe{fill:var(--accent)}
.stripe.quiet{fill:var(--quiet)}
.flag{overflow:visible;fill:var(--ink)}
.keyed{display:inline-block;margin-right:.9rem}
.key{display:inline-block;vertical-align:-2px;margin-right:.3rem}`;

const NARROW = `
@media screen and (max-width:45rem){
.lane{grid-template-columns:1fr;gap:0;margin-top:.35rem}
.axis .name{display:none}
.axis text:nth-child(even){display:none}
table:not(#figures) thead{position:absolute;clip-path:inset(50%)}
table:not(#figures),table:not(#figures) :is(caption,tbody,tr,td){display:block}
table:not(#figures) tr{padding:.5rem 0;border-bottom:1px solid var(--line)}
table:not(#figures) td{border:0;padding:.1rem 0 .1rem 8.5rem;position:relative;min-height:1.4em}
table:not(#figures) td::before{position:absolute;left:0;width:8rem;color:var(--quiet)}
table:not(#figures) td.data{white-space:normal}
}`;

const PRINT = `
@page{size:A4;margin:14mm}
@media print{
html{color-scheme:light;font-size:9.5pt;print-color-adjust:exact;-webkit-print-color-adjust:exact}
body,p{max-width:none}
body{padding:0}
h2,caption,thead{break-after:avoid}
tbody tr:first-child{break-before:avoid}
.axis text{font-size:9px}
tr,figure,.lane,li{break-inside:avoid}
thead{display:table-header-group}
tfoot{display:table-row-group}
th,td{padding-right:.5rem}
td.data{white-space:normal}
}`;

export const STYLE = COLOURS + TEXT + TABLES + CHARTS + NARROW + PRINT;
