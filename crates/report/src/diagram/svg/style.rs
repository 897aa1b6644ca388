//! Colours and lines of the picture: light and dark, and legible without any colour.

/// The style sheet. A theme is chosen by the system unless `data-theme` on the picture or around it forces one.
pub(super) fn sheet() -> String {
    format!("{}{RULES}", theme("redan-dfd"))
}

/// The same with the light colours in place, for programs that know neither variables nor themes.
pub(super) fn flat() -> String {
    let mut rules = RULES.to_owned();
    for (name, value) in LIGHT.split(';').filter_map(|entry| entry.split_once(':')) {
        rules = rules.replace(&format!("var({})", name.trim()), value.trim());
    }
    rules
}

/// The colours of pictures of a class, for the theme of the reader and for paper.
pub(crate) fn theme(class: &str) -> String {
    format!(
        ".{class}{{{LIGHT}}}\
         @media (prefers-color-scheme:dark){{.{class}{{{DARK}}}}}\
         [data-theme=light] .{class},.{class}[data-theme=light]{{{LIGHT}}}\
         [data-theme=dark] .{class},.{class}[data-theme=dark]{{{DARK}}}\
         @media print{{.{class}.{class}{{{LIGHT}}}}}"
    )
}

const LIGHT: &str = "--dfd-page:#fff;--dfd-text:#16202e;--dfd-muted:#55606f;--dfd-line:#3c4858;--dfd-label:#fff;\
    --dfd-process:#e3edfd;--dfd-process-line:#2f63b8;--dfd-store:#fdf3d6;--dfd-store-line:#8f6a0b;\
    --dfd-entity:#fff;--dfd-entity-line:#334155;--dfd-boundary:#b3261e;--dfd-group:#64748b;\
    --dfd-low:#fdf1ef;--dfd-middle:#fdf7ea;--dfd-high:#f0f6fd;--dfd-top:#eff8f1;--dfd-out:#eceff2;--dfd-out-line:#8a94a1;\
    --dfd-strong:#6d28d9;--dfd-badge:#fff;--dfd-badge-critical:#8b1320;--dfd-badge-high:#b93a08;--dfd-badge-medium:#7a5c00;--dfd-badge-low:#2c6046";

const DARK: &str = "--dfd-page:#12161c;--dfd-text:#e8edf4;--dfd-muted:#a7b2c1;--dfd-line:#b4c0cf;--dfd-label:#12161c;\
    --dfd-process:#1c3358;--dfd-process-line:#7fb0ff;--dfd-store:#40340f;--dfd-store-line:#e2bb57;\
    --dfd-entity:#1d232c;--dfd-entity-line:#c3cddb;--dfd-boundary:#ff8a80;--dfd-group:#8c9bb0;\
    --dfd-low:#251a1b;--dfd-middle:#25211a;--dfd-high:#18202b;--dfd-top:#17231c;--dfd-out:#262b32;--dfd-out-line:#78828f;\
    --dfd-strong:#c4a6ff;--dfd-badge:#12161c;--dfd-badge-critical:#ff9aa2;--dfd-badge-high:#ffae7a;--dfd-badge-medium:#f0cf6b;--dfd-badge-low:#93d6b2";

const RULES: &str = ".redan-dfd{font-family:Helvetica,Arial,'Liberation Sans',sans-serif;max-width:100%;height:auto}\
    .redan-dfd .page{fill:var(--dfd-page)}\
    .redan-dfd text{fill:var(--dfd-text);text-anchor:middle}\
    .redan-dfd .name{font-size:13px;font-weight:700}\
    .redan-dfd .detail{font-size:10.5px;fill:var(--dfd-muted)}\
    .redan-dfd .flow text,.redan-dfd .legend text{font-size:11px}\
    .redan-dfd .legend text{text-anchor:start;fill:var(--dfd-muted)}\
    .redan-dfd .flow .protocol,.redan-dfd .flow .returned{fill:var(--dfd-muted)}\
    .redan-dfd .flow .returned{font-style:italic}\
    .redan-dfd .title{font-size:12px;font-weight:700;text-anchor:start;fill:var(--dfd-boundary);paint-order:stroke;stroke:var(--dfd-label);stroke-width:3px;stroke-linejoin:round}\
    .redan-dfd .trust{font-size:11px;font-weight:400}\
    .redan-dfd .zone>rect{fill:var(--dfd-high);stroke:var(--dfd-boundary);stroke-width:1.4;stroke-dasharray:7 4}\
    .redan-dfd .zone.low>rect{fill:var(--dfd-low)}.redan-dfd .zone.middle>rect{fill:var(--dfd-middle)}.redan-dfd .zone.top>rect{fill:var(--dfd-top)}\
    .redan-dfd .zone.group>rect{fill:none;stroke:var(--dfd-group);stroke-dasharray:none}\
    .redan-dfd .zone.group .title{fill:var(--dfd-text)}\
    .redan-dfd .shape{stroke-width:1.5;stroke-linejoin:round}\
    .redan-dfd .process .shape{fill:var(--dfd-process);stroke:var(--dfd-process-line)}\
    .redan-dfd .store .shape{fill:var(--dfd-store);stroke:var(--dfd-store-line)}\
    .redan-dfd .external .shape,.redan-dfd .person .shape{fill:var(--dfd-entity);stroke:var(--dfd-entity-line)}\
    .redan-dfd .line{fill:none}\
    .redan-dfd .bare{stroke:none!important}\
    .redan-dfd .figure{fill:var(--dfd-entity-line);stroke:none}\
    .redan-dfd .course{fill:none;stroke:var(--dfd-line);stroke-width:1.4}\
    .redan-dfd .flow text{paint-order:stroke;stroke:var(--dfd-label);stroke-opacity:.7;stroke-width:3px;stroke-linejoin:round}\
    .redan-dfd .arrow{fill:var(--dfd-line)}\
    .redan-dfd .lock{fill:var(--dfd-muted);stroke:none}.redan-dfd .shackle{fill:none;stroke:var(--dfd-muted);stroke-width:1.2}\
    .redan-dfd .out text{fill:var(--dfd-muted)}\
    .redan-dfd .out .shape{fill:var(--dfd-out);stroke:var(--dfd-out-line);stroke-dasharray:3 2}\
    .redan-dfd .out .figure{fill:var(--dfd-out-line)}\
    .redan-dfd .zone.out>rect{fill:var(--dfd-out);stroke:var(--dfd-out-line)}.redan-dfd .zone.out .title{fill:var(--dfd-muted)}\
    .redan-dfd .flow.out .course{stroke:var(--dfd-out-line);stroke-dasharray:2 3}\
    .redan-dfd .mark{fill:none;stroke:var(--dfd-muted);stroke-width:1.2;stroke-linejoin:round;stroke-linecap:round}\
    .redan-dfd .mark.filled{fill:var(--dfd-muted);stroke:none}\
    .redan-dfd .badge>:first-child{fill:var(--dfd-muted);stroke:var(--dfd-page);stroke-width:1.2}\
    .redan-dfd .badge.critical>:first-child{fill:var(--dfd-badge-critical)}.redan-dfd .badge.high>:first-child{fill:var(--dfd-badge-high)}\
    .redan-dfd .badge.medium>:first-child{fill:var(--dfd-badge-medium)}.redan-dfd .badge.low>:first-child{fill:var(--dfd-badge-low)}\
    .redan-dfd .badge text{font-size:9px;font-weight:700;fill:var(--dfd-badge);stroke:none;text-anchor:middle}\
    .redan-dfd .strong .shape{stroke-width:3;stroke:var(--dfd-strong)}\
    .redan-dfd .flow.strong .course{stroke:var(--dfd-strong);stroke-width:3}\
    .redan-dfd .faded{opacity:.4}\
    .redan-dfd a{text-decoration:none}.redan-dfd a:hover .shape,.redan-dfd a:focus .shape{stroke-width:2.6}\
    .redan-dfd :target .shape{stroke-width:3}";
