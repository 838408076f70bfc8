// The style sheet of a report page: one column of prose, panels as many as fit, light and dark by the reader's choice, print in
// black on white. Pure.
import { type Colour, chartRules, PALETTE } from '../charts/palette.js';

const VARIABLES = Object.entries(PALETTE)
  .map(([name, { light, dark }]) => `--${name}:light-dark(${light},${dark})`)
  .join(';');

const variable = (name: Colour) => `var(--${name})`;

export const STYLE = `
:root{color-scheme:light dark;${VARIABLES}}
:root[data-theme=light]{color-scheme:light}
:root[data-theme=dark]{color-scheme:dark}
*{box-sizing:border-box}
html{scroll-behavior:smooth;-webkit-text-size-adjust:100%}
@media (prefers-reduced-motion:reduce){html{scroll-behavior:auto}}
body{margin:0;background:var(--page);color:var(--ink);font:17px/1.55 Charter,"Bitstream Charter","Iowan Old Style","Palatino Linotype",Palatino,Georgia,serif}
header,main,footer{max-width:1160px;margin:0 auto;padding:0 20px}
header{display:flex;align-items:baseline;gap:6px 20px;flex-wrap:wrap;padding-top:22px}
h1{font-size:1.15rem;margin:0;letter-spacing:.01em}
header p{margin:0;color:var(--muted);font-size:.9rem}
h2{font-size:1.45rem;line-height:1.25;margin:0 0 .4rem;font-weight:600}
h3{font-size:1.05rem;margin:1.4rem 0 .3rem}
section{padding-top:2.6rem}
#verdict{padding-top:.6rem}
p,ul{max-width:70ch;margin:.5rem 0}
.lead{font-size:clamp(1.25rem,1rem + 1.3vw,1.8rem);line-height:1.35;margin:1.1rem 0 .8rem;max-width:56ch;text-wrap:pretty}
.paper{display:none}
.name{white-space:nowrap}
.quiet{color:var(--muted)}
.notes{color:var(--muted);font-size:.95rem;padding-left:1.1rem}
a{color:inherit;text-decoration-color:var(--muted);text-underline-offset:2px}
a:hover{text-decoration-color:currentColor}
:focus-visible{outline:2px solid var(--hue0);outline-offset:2px}
.skip{position:absolute;left:-999px}
.skip:focus{left:12px;top:8px;background:var(--page);padding:6px 10px}
button,select{font:14px/1.3 system-ui,sans-serif;color:var(--ink);background:var(--page);border:1px solid var(--muted);border-radius:4px;padding:6px 10px;min-height:32px;max-width:100%}
button{cursor:pointer}
#theme{margin-left:auto}
[hidden],.off{display:none!important}
nav ul{display:flex;flex-wrap:wrap;gap:4px 18px;list-style:none;padding:0;margin:1.2rem 0 0;max-width:none;font-size:.95rem}
#filters{position:sticky;top:0;z-index:2;background:var(--page);border-bottom:1px solid var(--rule);margin:1.2rem 0 0;padding:8px 0;display:flex;flex-wrap:wrap;gap:8px 16px;align-items:end}
#filters label{font:13px/1.4 system-ui,sans-serif;color:var(--muted);display:grid;gap:2px;min-width:0}
#filters output{font:14px system-ui,sans-serif;color:var(--muted);padding:8px 0}
.legend{display:flex;flex-wrap:wrap;gap:2px 18px;list-style:none;padding:0;margin:.7rem 0 0;max-width:none;font:13px/1.6 system-ui,sans-serif}
.legend svg{width:12px;height:12px;margin-right:6px;vertical-align:-1px;overflow:visible}
.panels{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(344px,100%),1fr));gap:22px 36px;margin:1rem 0 .6rem}
.panels.wide{display:none}
.panel{margin:0;min-width:0}
.panel figcaption{font:600 13px/1.4 system-ui,sans-serif;overflow-wrap:anywhere;margin-bottom:2px}
.panel svg{display:block;width:100%;height:auto;max-width:440px;overflow:visible}
@media (min-width:820px){.panels.wide{display:block}.panels.wide .panel svg{max-width:820px}.panels.wide+.panels{display:none}}
.scroll{overflow-x:auto;margin:.6rem 0;max-width:100%}
.long{max-height:70vh;overflow-y:auto}
table{border-collapse:collapse;font:14px/1.4 system-ui,sans-serif;font-variant-numeric:tabular-nums}
.above{font:14px/1.45 system-ui,sans-serif;color:var(--muted);max-width:none;margin:.8rem 0 -.2rem}
th,td{padding:5px 16px 5px 0;text-align:left;vertical-align:top}
th{font-weight:600;border-bottom:1px solid var(--muted);vertical-align:bottom;white-space:nowrap}
td{border-bottom:1px solid var(--rule);white-space:nowrap}
tbody th{font-weight:400;border-bottom:1px solid var(--rule);vertical-align:top}
.right{text-align:right}
.words{white-space:normal;min-width:min(34ch,60vw);overflow-wrap:anywhere}
.unit{display:block;font-weight:400;color:var(--muted)}
th button{font:inherit;border:0;padding:0;min-height:24px;background:none;text-align:inherit}
th[aria-sort=ascending] button::after{content:" ↑"}
th[aria-sort=descending] button::after{content:" ↓"}
.first td,.first tbody th{padding-top:8px;padding-bottom:8px}
.first td:not(.right){white-space:normal;min-width:12ch}
details{margin:.4rem 0}
summary{cursor:pointer;font:14px/1.5 system-ui,sans-serif;color:var(--muted);padding:4px 0;overflow-wrap:anywhere}
summary:hover{color:var(--ink)}
.source{border-top:1px solid var(--rule);margin:0;scroll-margin-top:90px}
.source>summary{color:var(--ink)}
.source>div{padding:0 0 14px 18px}
dl{display:grid;grid-template-columns:max-content 1fr;gap:2px 16px;font:14px/1.5 system-ui,sans-serif;margin:.3rem 0 .8rem}
dt{color:var(--muted)}
dd{margin:0;overflow-wrap:anywhere}
.samples{font:12px/1.6 ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;max-width:none;overflow-wrap:anywhere;margin:.3rem 0}
#tip{position:fixed;z-index:3;max-width:min(320px,calc(100vw - 24px));padding:6px 9px;background:var(--ink);color:var(--page);font:13px/1.4 system-ui,sans-serif;border-radius:4px;pointer-events:none;overflow-wrap:anywhere}
footer{padding-top:3rem;padding-bottom:3rem;color:var(--muted);font-size:.9rem}
${chartRules(variable)}
@media (max-width:700px){#filters{position:static}}
@media (max-width:520px){body{font-size:16px}.name,.first tbody th,.first td:nth-child(2){white-space:normal}header p{order:3;width:100%}dl{grid-template-columns:1fr;gap:0}dd{margin-bottom:6px}}
@media print{
:root,:root[data-theme]{color-scheme:light}
@page{margin:16mm 14mm}
body{font-size:10.5pt;background:none}
header,main,footer{max-width:none;padding:0}
#theme,#filters,#tip,nav,.skip,.source{display:none!important}
.paper{display:block}
section{padding-top:1.4rem}
h2,h3,figcaption,.legend{break-after:avoid}
.panel,tr,dl{break-inside:avoid}
.panels{grid-template-columns:repeat(2,1fr);gap:12px 24px}
.panels.wide{display:block}.panels.wide+.panels{display:none}
.panels.wide .panel svg{max-width:100%}
table{font-size:7pt}
th,td{padding:3px 5px 3px 0;white-space:normal!important}
.words{min-width:0;overflow-wrap:break-word}
.scroll,.long{overflow:visible;max-height:none}
details::details-content{content-visibility:visible;display:block;block-size:auto}
a{text-decoration:none}
}
`;
