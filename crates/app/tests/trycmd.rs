//! What people see: commands with their exact output, under `tests/cli` of the repository.

#[test]
fn output_is_as_recorded() {
    trycmd::TestCases::new().case("../../tests/cli/*.trycmd").env("COLUMNS", "100");
}
