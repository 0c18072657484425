// What must hold for any stored event: reading it, in whichever schema, does not panic, and what was accepted is
// written in the present schema and read back as the same bytes. The first line is the type and the schema.

use fundflow_testkit::events::Entry;

/// Whether it was accepted; panics if a promise is broken.
pub(crate) fn events(book: &[Entry], data: &[u8]) -> bool {
    let Some((head, body)) = std::str::from_utf8(data).ok().and_then(|text| text.split_once('\n'))
    else {
        return false;
    };
    let Some((name, schema)) = head.split_once(' ') else { return false };
    let Ok(schema) = schema.parse() else { return false };
    let mut accepted = false;
    for entry in book {
        let Ok(written) = entry.rewrite(name, schema, body) else { continue };
        let again = entry.rewrite(name, entry.schema(name), &written);
        assert_eq!(again.ok().as_ref(), Some(&written), "{name} {schema} is not read back");
        accepted = true;
    }
    accepted
}
