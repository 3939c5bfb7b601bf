extension HTMLReport {
    /// Colours are named by what they mean; the dark ones answer to the reader's own setting, and paper is always light.
    static let style = """
        :root{--paper:#f6f7f9;--card:#fff;--ink:#171b22;--soft:#59626f;--line:#dfe3e8;--rail:#e9ecf0;--pass:#12733c;--pass-bg:#e3f4e9;--fail:#b3261e;--fail-bg:#fbe9e7;--warn:#8a5300;--warn-bg:#fdf0d8;--series:#2a5bd7;--band:#2a5bd733;--sent:#6b7480;--fault:#d9822b30;--fault-ink:#8f4a00;--fault-line:#c9701c;--damaged:#e0a526;--withheld:#9aa3ae;--missing:#d1453b;--intact:#3f9d63;--t1:#dff2e6;--t2:#c4e6d1;--t3:#f6ecbf;--t4:#f8d9a8;--t5:#f3bd8f}
        @media screen and (prefers-color-scheme:dark){:root{--paper:#0f1216;--card:#171b21;--ink:#e7eaee;--soft:#9aa4b1;--line:#2a3038;--rail:#262c34;--pass:#5fd08c;--pass-bg:#12281b;--fail:#ff8a80;--fail-bg:#331716;--warn:#f2b757;--warn-bg:#33260e;--series:#82a8ff;--band:#82a8ff3d;--sent:#9aa4b1;--fault:#e0913a33;--fault-ink:#f3b678;--fault-line:#d98a3d;--damaged:#d9a62e;--withheld:#6f7985;--missing:#e2625a;--intact:#4cae74;--t1:#173524;--t2:#1f4a31;--t3:#4a431a;--t4:#573d18;--t5:#643319}}
        *{box-sizing:border-box}
        html{-webkit-text-size-adjust:100%}
        body{margin:0;background:var(--paper);color:var(--ink);font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans","Liberation Sans",Arial,sans-serif}
        main{max-width:1160px;margin:0 auto;padding:24px 24px 48px}
        h1,h2,h3,p,ul,figure,dl,dd,pre{margin:0}
        h1{font-size:24px;line-height:1.25;font-weight:650;text-wrap:balance;overflow-wrap:anywhere}
        h2{font-size:18px;line-height:1.3;font-weight:650}
        h3{font-size:15px;font-weight:650;margin:16px 0 6px}
        code,pre{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono","Liberation Mono",monospace;font-size:.92em;overflow-wrap:anywhere}
        section,footer{margin-top:36px}
        h2+.scroll,h2+.cards,h2+.legend,h2+details,h2+pre,h2+.empty{margin-top:10px}
        .note{color:var(--soft);font-size:13.5px;margin:3px 0 10px;max-width:100ch;text-wrap:pretty}
        .empty{color:var(--soft)}
        small{font-size:12.5px;color:var(--soft);font-weight:400}
        .why{color:var(--fail)}
        .verdict{border-radius:12px;padding:22px 26px 20px;border:1px solid var(--line);border-left-width:8px;background:var(--card)}
        .verdict.pass{border-left-color:var(--pass)}.verdict.fail{border-left-color:var(--fail)}.verdict.invalid{border-left-color:var(--warn)}
        .badge{display:inline-block;font-weight:700;letter-spacing:.05em;font-size:15px;padding:3px 14px 3px 11px;border-radius:99px;margin-bottom:12px}
        .pass .badge{color:var(--pass);background:var(--pass-bg)}.fail .badge{color:var(--fail);background:var(--fail-bg)}.invalid .badge{color:var(--warn);background:var(--warn-bg)}
        .meaning{margin-top:6px;font-size:16px}
        .reasons{margin-top:10px;padding-left:20px}
        .reasons li{margin:3px 0;overflow-wrap:anywhere}
        .fail .reasons li::marker{color:var(--fail)}.invalid .reasons li::marker{color:var(--warn)}
        p.facts{margin-top:14px;color:var(--soft);font-size:13.5px;overflow-wrap:anywhere}
        .tiles{display:grid;grid-template-columns:repeat(5,1fr);gap:12px;margin-top:12px}
        .tile{background:var(--card);border:1px solid var(--line);border-radius:10px;padding:12px 14px;display:flex;flex-direction:column}
        .tile span{color:var(--soft);font-size:13px}
        .tile strong{font-size:23px;line-height:1.3;font-weight:650;font-variant-numeric:tabular-nums;white-space:nowrap}
        .tile.bad strong{color:var(--fail)}
        .cards{display:grid;grid-template-columns:repeat(auto-fit,minmax(320px,1fr));gap:16px}
        .card,.scroll{background:var(--card);border:1px solid var(--line);border-radius:10px}
        .card{padding:4px 16px 8px}
        .scroll{overflow-x:auto}
        .scroll+.scroll,.legend+.scroll{margin-top:16px}
        table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums}
        th,td{text-align:left;vertical-align:baseline;padding:7px 12px;border-top:1px solid var(--line);font-weight:400}
        thead th{border-top:0;color:var(--soft);font-size:12.5px;font-weight:600;white-space:nowrap;vertical-align:bottom}
        tbody th{font-weight:550}
        th small,td small{display:block}
        .n{text-align:right;white-space:nowrap}
        .bad,.bad dd{color:var(--fail);font-weight:650}
        .pair th,.pair td{padding:6px 0 6px 16px}.pair th:first-child{padding-left:0}
        .pair tbody th{font-weight:400;color:var(--soft)}
        .pair thead th{padding-top:10px}.pair thead th:first-child{font-size:16px;color:var(--ink);font-weight:650}
        .pair thead small{display:inline;margin-left:8px}
        .pair .part th{padding-left:14px}
        .assertions .mark{width:1px;padding-right:0;font-weight:700;font-size:16px}
        .assertions .pass .mark{color:var(--pass)}.assertions .fail .mark{color:var(--fail)}
        .line{color:var(--soft);font-size:12px;margin-left:10px;white-space:nowrap}
        tr.fail{background:var(--fail-bg)}
        .assertions .fail .value{color:var(--fail);font-weight:650}
        .assertions .bound{color:var(--soft)}
        .meter{width:130px;min-width:90px}
        .meter svg{display:block;width:100%;height:9px;border-radius:3px;overflow:hidden}
        .rail{fill:var(--rail)}.bar{fill:var(--series)}.bar.light{fill:var(--band)}
        .meter .pass .bar{fill:var(--intact)}.meter .fail .bar{fill:var(--missing)}
        .meter line{stroke:var(--ink);stroke-width:2;vector-effect:non-scaling-stroke}
        .intact{fill:var(--intact)}.damaged{fill:var(--damaged)}.withheld{fill:var(--withheld)}.missing{fill:var(--missing)}
        .grid th,.grid td{white-space:nowrap}
        table.grid{width:auto;border-collapse:separate;border-spacing:3px;padding:8px}
        .grid td{border:0;border-radius:5px;min-width:92px}
        .grid th{border:0}
        .grid caption{text-align:left;font-weight:600;padding:4px 8px}
        .grid .self{background:repeating-linear-gradient(135deg,transparent 0 4px,var(--line) 4px 5px)}
        .grid.wide td{min-width:18px;width:18px;height:18px;padding:0;text-align:center;font-size:12px;line-height:18px;border-radius:3px}
        .grid.wide tbody th{padding:0 8px;font-size:12px}
        .turn{height:110px;padding:0}.turn span{writing-mode:vertical-rl;transform:rotate(180deg);font-size:12px}
        .t1{background:var(--t1)}.t2{background:var(--t2)}.t3{background:var(--t3)}.t4{background:var(--t4)}.t5{background:var(--t5)}
        .never{background:var(--fail-bg);color:var(--fail);font-weight:650}
        .legend{display:flex;flex-wrap:wrap;gap:6px 16px;font-size:12.5px;color:var(--soft);margin-top:8px}
        .legend .t1,.legend .t2,.legend .t3,.legend .t4,.legend .t5,.legend .never{padding:1px 9px;border-radius:5px;color:var(--ink)}
        .legend .never{color:var(--fail)}
        .legend [class^=k-]::before{content:"";display:inline-block;width:22px;height:10px;margin-right:6px;vertical-align:-1px}
        .legend .k-median::before{height:0;border-top:2px solid var(--series);vertical-align:4px}
        .legend .k-sent::before{height:0;border-top:2px dashed var(--sent);vertical-align:4px}
        .legend .k-band::before{background:var(--band)}
        .legend .k-fault::before{background:var(--fault);border-left:2px solid var(--fault-line)}
        .columns{display:grid;grid-template-columns:repeat(auto-fit,minmax(320px,1fr));gap:0 20px}
        .column{min-width:0}
        .chart{background:var(--card);border:1px solid var(--line);border-radius:10px;padding:12px 16px 8px;margin-bottom:14px;break-inside:avoid}
        figcaption{display:flex;flex-wrap:wrap;align-items:baseline;gap:0 8px;margin-bottom:8px}
        figcaption b{font-weight:600}figcaption span{color:var(--soft);font-size:12.5px}
        .plot{padding-left:62px;padding-right:10px}
        .lane{position:relative;height:19px;overflow:hidden}
        .lane span{position:absolute;top:0;height:17px;font-size:11.5px;line-height:17px;color:var(--fault-ink);white-space:nowrap}
        .lane b{font-weight:600;padding-left:5px}
        .lane .span{border-left:2px solid var(--fault-line);background:var(--fault)}
        .lane .point{border-left:2px dashed var(--fault-line)}
        .lane .late b{position:absolute;right:0;padding:0 5px 0 0}
        .area{position:relative;height:130px}
        .area svg{position:absolute;inset:0;width:100%;height:100%;overflow:visible}
        .area .grid{position:absolute;left:0;right:0;border-top:1px solid var(--line)}
        .y,.x{position:absolute;font-size:11.5px;line-height:1;color:var(--soft);white-space:nowrap;font-variant-numeric:tabular-nums}
        .y{right:100%;margin-right:8px;transform:translateY(-50%)}
        .times{position:relative;height:20px}.x{top:6px;transform:translateX(-50%)}
        .fault{fill:var(--fault)}
        .moment{stroke:var(--fault-line);stroke-width:1.5;stroke-dasharray:4 3;vector-effect:non-scaling-stroke}
        .band{fill:var(--band)}
        .median,.sent{fill:none;stroke:var(--series);stroke-width:1.75;stroke-linejoin:round;vector-effect:non-scaling-stroke}
        .sent{stroke:var(--sent);stroke-dasharray:5 4;stroke-width:1.5}
        .tip{fill:transparent}.tip:hover{fill:var(--band)}
        .total{background:var(--paper)}.total th{font-weight:650}
        .words{min-width:230px;font-size:13.5px}.words div+div{margin-top:1px}.network th,.network td:nth-child(6){white-space:nowrap}
        .plain{padding-left:20px}
        a{color:inherit;text-decoration-color:var(--soft);text-underline-offset:3px}
        .reasons a{text-decoration-thickness:1px}.reasons span{color:var(--soft)}
        .failures{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,480px),1fr));gap:14px;margin-top:10px}
        .failure{background:var(--card);border:1px solid var(--line);border-top:4px solid var(--fail);border-radius:10px;padding:14px 18px 10px;min-width:0;break-inside:avoid}
        .failure h3{margin:0;font-size:15.5px}.failure h3 .line{display:block;margin:2px 0 0;white-space:normal;overflow-wrap:anywhere}
        .failure>.why{margin:8px 0 4px;font-weight:600}
        .failure dl>div{display:grid;grid-template-columns:64px 1fr;gap:0 12px;padding:6px 0;border-top:1px solid var(--line)}
        .failure dt{font-size:13px}.failure dd{text-align:left;font-size:14px;overflow-wrap:anywhere}
        .failure dd p+p{margin-top:4px}
        .q-look dd{color:var(--soft)}
        .lists>details+details{margin-top:6px}
        summary small{margin-left:8px}
        .rooms{background:var(--card);border:1px solid var(--line);border-radius:10px;overflow:hidden}
        .rooms details{border:0;border-top:1px solid var(--line);border-radius:0;margin:0!important}
        .rooms .head,.rooms summary{display:grid;grid-template-columns:minmax(0,1fr) 80px 120px 90px 90px;gap:12px;padding:7px 16px;font-variant-numeric:tabular-nums}
        .rooms summary{list-style-position:inside}
        .rooms summary b::before{content:"▸ ";color:var(--soft)}.rooms details[open] summary b::before{content:"▾ "}
        .rooms summary b{font-weight:550;overflow-wrap:anywhere}
        .rooms span{text-align:right;font-weight:400}
        .rooms .head{color:var(--soft);font-size:12.5px}.rooms .head b,.rooms .head span{font-weight:600}
        .rooms .legend{padding:0 16px 10px}
        .index{display:grid;gap:12px;margin-top:10px}.index .verdict{padding:14px 18px 12px;border-left-width:6px}
        .index h3{margin:0;font-size:16px;overflow-wrap:anywhere}.index .badge{font-size:12px;padding:1px 10px;margin:0 6px 0 0}
        .index p.facts{margin-top:6px}.index .reasons{margin-top:6px}
        .glossary{padding:0 16px 12px}.glossary div{display:grid;grid-template-columns:170px 1fr;gap:4px 16px;padding:6px 0;border-top:1px solid var(--line)}
        .glossary dd{text-align:left;max-width:90ch}details>.note{margin:0;padding:0 16px 8px}
        dl.facts{display:grid;grid-template-columns:repeat(auto-fill,minmax(300px,1fr));gap:0 32px;background:var(--card);border:1px solid var(--line);border-radius:10px;padding:6px 16px}
        dl.facts div{display:flex;justify-content:space-between;gap:12px;padding:6px 0}
        dt{color:var(--soft)}dd{font-variant-numeric:tabular-nums;text-align:right}
        details{background:var(--card);border:1px solid var(--line);border-radius:10px}
        summary{cursor:pointer;padding:10px 16px;font-weight:550}
        details .scroll{border:0;border-top:1px solid var(--line);border-radius:0}
        .rush{margin:12px 0}.rush svg{width:100%;height:auto;display:block}
        .rush .actual{fill:var(--series)}.rush .plain{fill:none;stroke:var(--soft);stroke-width:1;stroke-dasharray:3 2}
        .rush line{stroke:var(--line)}.rush text{fill:var(--soft);font-size:9px}.rush figcaption{color:var(--soft);font-size:13px;margin-top:6px}
        .events td{font-size:13.5px}.peer{color:var(--soft)}
        .replay{margin-top:8px;background:var(--card);border:1px solid var(--line);border-radius:10px;padding:12px 16px;white-space:pre-wrap}
        @media (max-width:900px){.tiles{grid-template-columns:repeat(auto-fit,minmax(150px,1fr))}}
        @media (max-width:640px){
        body{font-size:14.5px}main{padding:12px 12px 32px}h1{font-size:20px}section,footer{margin-top:28px}
        .verdict{padding:16px 16px 14px;border-left-width:6px}
        .tiles{grid-template-columns:1fr 1fr;gap:8px}.tile:last-child{grid-column:span 2}.tile strong{font-size:20px}
        .cards,.columns{grid-template-columns:minmax(0,1fr)}
        th,td{padding:6px 9px}.pair th,.pair td{padding:6px 0 6px 8px}
        .assertions thead,.assertions .meter{display:none}
        .assertions tr{display:grid;grid-template-columns:26px 1fr auto;border-top:1px solid var(--line);padding:7px 12px 7px 10px;column-gap:4px}
        .assertions tr:first-child{border-top:0}
        .assertions td{border:0;padding:0}
        .assertions .claim{grid-column:2/4}.assertions .value{grid-column:2;text-align:left}.assertions .bound{grid-column:3}
        .rows tbody th{position:sticky;left:0;background:var(--card);min-width:112px;max-width:46vw;overflow-wrap:break-word}
        .rows .meter{display:none}
        .failure{padding:12px 14px 8px}.failure dl>div{grid-template-columns:1fr}.failure dt{font-weight:600}
        .rooms .head,.rooms summary{grid-template-columns:minmax(0,1fr) 64px 62px;gap:8px;padding:7px 12px}
        .rooms summary>:nth-child(2),.rooms .head>:nth-child(2),.rooms summary>:nth-child(4),.rooms .head>:nth-child(4){display:none}
        .glossary div{grid-template-columns:1fr;gap:0}
        .rows .total th{background:var(--paper)}
        .plot{padding-left:58px}.area{height:120px}
        dl.facts{grid-template-columns:1fr}
        }
        @media print{
        :root{--paper:#fff}body{font-size:11pt}main{max-width:none;padding:0}
        *{print-color-adjust:exact;-webkit-print-color-adjust:exact}
        h2,h3{break-after:avoid}tr,.card,.tile,.verdict{break-inside:avoid}
        .scroll{overflow:visible}.columns{display:block}
        .tip{display:none}
        }
        """
}
