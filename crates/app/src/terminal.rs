//! Where a run reads from and writes to: the process's streams, an output file, colours and the width.
//!
//! Commands write through this and nothing else, so that the same command serves a terminal, a pipe and a file.
//! An output file is written whole at the end or not at all.

use std::io::{self, BufRead, BufWriter, IsTerminal, Write};
use std::path::{Path, PathBuf};

use anstyle::{AnsiColor, Style};

use crate::args::{Color, Common};
use crate::atomic;
use crate::guarded::{Guarded, tamed};

/// The streams of a run.
pub(crate) struct Terminal {
    data: Data,
    /// Whether data may be coloured.
    pub(crate) color: bool,
    /// Whether notes may be coloured.
    pub(crate) note_color: bool,
    /// Columns that a line of data may take; without limit when nobody looks at a screen.
    pub(crate) width: Option<usize>,
    /// Whether somebody sits in front of it and can be asked.
    pub(crate) interactive: bool,
    /// Only errors are noted.
    pub(crate) quiet: bool,
}

enum Data {
    Stream(Guarded<BufWriter<io::Stdout>>),
    File { path: PathBuf, bytes: Vec<u8> },
}

impl Terminal {
    /// The streams of this process.
    pub(crate) fn of_process(common: &Common) -> Self {
        let to_file = common.output.as_deref().filter(|path| *path != Path::new("-"));
        let stdout_is_screen = io::stdout().is_terminal() && to_file.is_none();
        let color = to_file.is_none() && wants_color(common.color, &io::stdout());
        let data = match to_file {
            Some(path) => Data::File { path: path.to_owned(), bytes: Vec::new() },
            None => Data::Stream(Guarded::new(BufWriter::with_capacity(64 * 1024, io::stdout()), color)),
        };
        Self {
            data,
            color,
            note_color: wants_color(common.color, &io::stderr()),
            width: stdout_is_screen.then(screen_width),
            interactive: io::stdin().is_terminal() && io::stderr().is_terminal(),
            quiet: common.quiet,
        }
    }

    /// Where data goes.
    pub(crate) fn out(&mut self) -> &mut dyn Write {
        match &mut self.data {
            Data::Stream(stream) => stream,
            Data::File { bytes, .. } => bytes,
        }
    }

    /// Makes room for about so many bytes where data is kept until the end, so that it need not move while it grows. What
    /// nobody writes into takes no memory.
    pub(crate) fn make_room(&mut self, about: usize) {
        if let Data::File { bytes, .. } = &mut self.data {
            bytes.reserve(about);
        }
    }

    /// Where everything else goes.
    pub(crate) fn err() -> io::StderrLock<'static> {
        io::stderr().lock()
    }

    /// Where answers come from.
    pub(crate) fn input() -> impl BufRead {
        io::stdin().lock()
    }

    /// A line for the person who runs the command; left out with `-q`.
    pub(crate) fn note(&mut self, text: &str) {
        if !self.quiet {
            self.write_note(text);
        }
    }

    /// An error for the person who runs the command.
    pub(crate) fn note_error(&mut self, text: &str) {
        let head = paint(self.note_color, AnsiColor::Red.on_default().bold(), "error");
        self.write_note(&format!("{head}: {text}"));
    }

    /// Text that is not data, whatever `-q` says.
    pub(crate) fn show(&mut self, text: &str) {
        self.write_note(text);
    }

    /// A note that cannot be written has no reader; the exit code still tells.
    fn write_note(&mut self, text: &str) {
        let _ = self.out().flush();
        let _ = writeln!(Self::err(), "{}", tamed(text, self.note_color));
    }

    /// Makes sure that all data has arrived.
    pub(crate) fn finish(&mut self) -> anyhow::Result<()> {
        match &mut self.data {
            Data::Stream(stream) => stream.flush()?,
            Data::File { path, bytes } => atomic::write(path, bytes)?,
        }
        Ok(())
    }
}

/// Text in a style, or as it is.
pub(crate) fn paint(color: bool, style: Style, text: &str) -> String {
    if color { format!("{style}{text}{style:#}") } else { text.to_owned() }
}

fn wants_color(choice: Color, stream: &impl anstream::stream::RawStream) -> bool {
    match choice {
        Color::Always => true,
        Color::Never => false,
        Color::Auto => anstream::AutoStream::choice(stream) != anstream::ColorChoice::Never,
    }
}

fn screen_width() -> usize {
    let stated = std::env::var("COLUMNS").ok().and_then(|columns| columns.parse().ok());
    stated.or_else(|| terminal_size::terminal_size().map(|(width, _)| usize::from(width.0))).unwrap_or(100).max(40)
}
