pub(crate) fn child() {}
