//! Whatever is written reads back, for any selection and order of fields.

use std::io::Cursor;

use fundflow_exchange::check;
use fundflow_exchange::dictionary;
use fundflow_exchange::field_type::FieldType;
use fundflow_exchange::version::{FileType, Version};
use fundflow_exchange::writer::Writer;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};

use crate::samples;

type Row = Vec<(String, String)>;

fn value(kind: FieldType) -> BoxedStrategy<String> {
    match kind {
        FieldType::A(width) => proptest::string::string_regex(&format!("[0-9]{{0,{width}}}"))
            .expect("a pattern")
            .boxed(),
        FieldType::N { len, decimals } => {
            let most = 10_i64.pow(u32::try_from(len).expect("few digits"));
            (0..most)
                .prop_map(move |mantissa| {
                    rust_decimal::Decimal::new(mantissa, decimals).to_string()
                })
                .boxed()
        }
        FieldType::C(width) => {
            let letters = select(vec!['a', ' ', '~', '基', '龍', '€', '\u{20BB7}', 'é']);
            let fits = move |text: &String| encoding_rs::GB18030.encode(text).0.len() <= width;
            prop::collection::vec(letters, 0..=width)
                .prop_map(move |letters| {
                    let mut text: String = letters.into_iter().collect();
                    while !fits(&text) {
                        text.pop();
                    }
                    text.trim_end_matches(' ').to_owned()
                })
                .boxed()
        }
        FieldType::Text => Just(String::new()).boxed(),
    }
}

fn file() -> impl Strategy<Value = (FileType, Version, Vec<Row>)> {
    (select(FileType::ALL.to_vec()), select(Version::ALL.to_vec())).prop_flat_map(
        |(file_type, version)| {
            let fields: Vec<_> = dictionary::fields_of(file_type, version)
                .filter_map(|field| Some((field.name.clone(), field.in_version(version)?)))
                .collect();
            let count = fields.len();
            let rows = subsequence(fields, 1..=count).prop_shuffle().prop_flat_map(|fields| {
                let cell = |(name, kind): &(String, FieldType)| (Just(name.clone()), value(*kind));
                prop::collection::vec(fields.iter().map(cell).collect::<Vec<_>>(), 1..4)
            });
            (Just(file_type), Just(version), rows)
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, ..ProptestConfig::default() })]

    #[test]
    fn what_is_written_reads_back_and_is_written_the_same((file_type, version, rows) in file()) {
        let mut header = samples::header(file_type, version);
        header.fields = rows[0].iter().map(|(name, _)| name.to_uppercase()).collect();
        header.records = rows.len() as u64;
        let mut writer = Writer::new(Vec::new(), header.clone()).expect("known fields");
        let mut record = writer.blank();
        for row in &rows {
            for (name, value) in row {
                record.set_displayed(name, value).expect("a value that fits");
            }
            writer.write(record.as_ref()).expect("its own layout");
        }
        let (bytes, written) = writer.finish().expect("the right count");

        let verified = check::verify("property", Cursor::new(&bytes)).expect("sound");
        let mut reader = verified.reader;
        prop_assert_eq!(reader.header(), &header);
        prop_assert_eq!(verified.report.sha256, written.sha256);
        let mut copy = Writer::new(Vec::new(), header).expect("known fields");
        for row in &rows {
            let record = reader.next_record().expect("sound").expect("as many as written");
            for ((_, value), slot) in row.iter().zip(record.layout().slots()) {
                prop_assert_eq!(&record.display(slot), value);
            }
            copy.write(record).expect("an equal layout");
        }
        prop_assert!(reader.next_record().expect("sound").is_none());
        prop_assert_eq!(copy.finish().expect("the right count").0, bytes);
    }
}
