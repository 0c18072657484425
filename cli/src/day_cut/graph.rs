//! The jobs of day-cuts as a picture: for a terminal, or as a Mermaid flowchart.

use super::{
    Picture,
    status::{CutRow, JobRow, JobState, figures},
};
use crate::{reading::Failure, safe};
use std::io::Write;

/// Draws each of them, one below the other.
pub(super) fn draw(cuts: &[CutRow], picture: Picture, out: &mut impl Write) -> Result<(), Failure> {
    match picture {
        Picture::Terminal => cuts.iter().try_for_each(|cut| terminal(cut, out)),
        Picture::Mermaid => mermaid(cuts, out),
    }
}

const fn mark(state: JobState) -> char {
    match state {
        JobState::Done => '●',
        JobState::Skipped => '◌',
        JobState::Waiting => '◐',
        JobState::Parked => '■',
        JobState::Ahead => '○',
    }
}

fn terminal(cut: &CutRow, out: &mut impl Write) -> Result<(), Failure> {
    writeln!(out, "{}  {}, {}", cut.transaction, cut.state, cut.since)?;
    for (nth, job) in cut.jobs.iter().enumerate() {
        if nth > 0 {
            writeln!(out, "  │")?;
        }
        let line = format!("  {} {:16}{}", mark(job.state), job.job, said(job).join(" · "));
        writeln!(out, "{}", safe::shown(line.trim_end()))?;
    }
    Ok(writeln!(out)?)
}

/// State, time, figures and reason, as far as there are any.
fn said(job: &JobRow) -> Vec<String> {
    let state = match (job.state, job.at) {
        (state @ (JobState::Waiting | JobState::Parked), Some(at)) => {
            format!("{} since {at}", state.name())
        }
        (state, Some(at)) => format!("{} {at}", state.name()),
        (state, None) => state.name().to_owned(),
    };
    let waits = job.state == JobState::Waiting;
    let until = job.until.filter(|_| waits).map(|until| format!("until {until}"));
    [Some(state), until, figures(job), job.why.clone()].into_iter().flatten().collect()
}

fn mermaid(cuts: &[CutRow], out: &mut impl Write) -> Result<(), Failure> {
    writeln!(out, "flowchart LR")?;
    for (nth, cut) in cuts.iter().enumerate() {
        writeln!(
            out,
            "  subgraph cut{nth}[\"{}\"]",
            label(&format!("{}: {}", cut.transaction, cut.state))
        )?;
        for job in &cut.jobs {
            let lines: Vec<String> = said(job).iter().map(|it| label(it)).collect();
            let text = format!("{}<br/>{}", job.job, lines.join("<br/>"));
            let class = job.state.name().replace(' ', "_");
            writeln!(out, "    cut{nth}_{}[\"{text}\"]:::{class}", job.job)?;
        }
        let way: Vec<String> = cut.jobs.iter().map(|job| format!("cut{nth}_{}", job.job)).collect();
        writeln!(out, "    {}", way.join(" --> "))?;
        writeln!(out, "  end")?;
    }
    for (class, fill) in [
        ("done", "#cfe8cf"),
        ("left_out", "#e0e0e0"),
        ("waiting", "#fff2c2"),
        ("parked", "#f6c6c6"),
        ("ahead", "#ffffff"),
    ] {
        writeln!(out, "  classDef {class} fill:{fill},stroke:#555")?;
    }
    Ok(())
}

/// Between the quotes of a label nothing ends it, and nothing is markup.
fn label(text: &str) -> String {
    let shown = safe::shown(text);
    shown.replace('&', "#amp;").replace('"', "#quot;").replace('<', "#lt;").replace('>', "#gt;")
}
