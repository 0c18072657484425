//! `investors.csv`.

use super::{
    Problem,
    headings::Columns,
    table::{self, Fields, Row, Table},
};
use fundflow_domain::{
    catalogue::Catalogue,
    ids::{FundCode, InvestorId},
    investor::{CustomerType, InvestorProfile, InvestorRisk},
    kyc::{KycState, Restriction},
    written::date,
};
use std::{collections::BTreeMap, path::Path};

pub(super) const FILE: &str = "investors.csv";
const COLUMNS: Columns = Columns {
    needed: &["investor", "account", "risk", "questionnaire_valid_until", "kyc", "id_valid_until"],
    optional: &["questionnaire", "same_name_card", "customer_type", "holds", "note"],
    unless: None,
};
const A_DATE: &str = "a date like 2026-12-31";

/// An investor and where it is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Investor {
    /// Counted from 1.
    pub line: usize,
    /// What the rules need to know.
    pub profile: InvestorProfile,
}

pub(super) fn read(
    folder: &Path,
    catalogue: Option<&Catalogue>,
    problems: &mut Vec<Problem>,
) -> Option<BTreeMap<InvestorId, Investor>> {
    let table = table::read(folder, FILE, &COLUMNS, problems)?;
    let mut investors: BTreeMap<InvestorId, Investor> = BTreeMap::new();
    for row in &table.rows {
        match profile(&table, row, catalogue) {
            Ok(profile) => {
                if let Some(first) = investors.get(&profile.id) {
                    let problem = format!("stands on line {} already; remove one", first.line);
                    problems.push(table.problem(row, "investor", problem));
                } else {
                    investors.insert(profile.id.clone(), Investor { line: row.line, profile });
                }
            }
            Err(found) => problems.extend(found),
        }
    }
    Some(investors)
}

/// The investor, or every mistake of the row.
fn profile(
    table: &Table,
    row: &Row,
    catalogue: Option<&Catalogue>,
) -> Result<InvestorProfile, Vec<Problem>> {
    let mut fields = Fields::of(table, row);
    let plain = "1 to 40 of A-Z a-z 0-9 . _ - (a token, no name and no number of a card)";
    let id = fields.token("investor", plain);
    let account = fields.token("account", plain);
    let risk = fields.parse("risk", "C1-lowest, C1, C2, C3, C4, C5 or professional", risk);
    let valid_until = fields.figure("questionnaire_valid_until", A_DATE, date);
    let states = "unverified, verified, id_expired, data_missing, list_hit, frozen or closed";
    let kyc = fields.parse("kyc", states, kyc_state);
    let id_valid_until = fields.figure("id_valid_until", A_DATE, date);
    let questionnaire = fields.parse("questionnaire", "1 to 64 of A-Z a-z 0-9 . _ -", |text| {
        if text.is_empty() { "q-2026" } else { text }.parse().ok()
    });
    let same_name_card = fields.flag("same_name_card", true);
    let customer_type = fields.parse("customer_type", "individual or institution", customer);
    let listed = catalogue.map(super::funds_listed).unwrap_or_default();
    let codes = format!("codes of funds with spaces between them: {listed}");
    let is_listed = |code: &FundCode| catalogue.is_none_or(|it| !it.history(*code).is_empty());
    let holds = fields.parse("holds", &codes, |text| {
        let code = |code: &str| code.parse().ok().filter(is_listed);
        text.split_whitespace().map(code).collect()
    });
    let build = || {
        Some(InvestorProfile {
            id: id?,
            account: account?,
            risk: risk?,
            questionnaire_valid_until: valid_until?,
            questionnaire: questionnaire?,
            kyc: kyc?,
            id_valid_until: id_valid_until?,
            same_name_card: same_name_card?,
            customer_type: customer_type?,
            holds: holds?,
        })
    };
    let whole = build();
    fields.finish(whole)
}

fn risk(text: &str) -> Option<InvestorRisk> {
    let levels = [
        ("C1-lowest", InvestorRisk::C1Lowest),
        ("C1", InvestorRisk::C1),
        ("C2", InvestorRisk::C2),
        ("C3", InvestorRisk::C3),
        ("C4", InvestorRisk::C4),
        ("C5", InvestorRisk::C5),
        ("professional", InvestorRisk::Professional),
    ];
    levels.into_iter().find_map(|(name, level)| (name == text).then_some(level))
}

fn kyc_state(text: &str) -> Option<KycState> {
    let states = [
        ("unverified", KycState::Unverified),
        ("verified", KycState::Verified),
        ("id_expired", KycState::Restricted(Restriction::IdExpired)),
        ("data_missing", KycState::Restricted(Restriction::DataMissing)),
        ("list_hit", KycState::Restricted(Restriction::ListHit)),
        ("frozen", KycState::Frozen),
        ("closed", KycState::Closed),
    ];
    states.into_iter().find_map(|(name, state)| (name == text).then_some(state))
}

fn customer(text: &str) -> Option<CustomerType> {
    match text {
        "" | "individual" => Some(CustomerType::Individual),
        "institution" => Some(CustomerType::Institution),
        _ => None,
    }
}
