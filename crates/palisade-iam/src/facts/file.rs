//! Files of the older SDK for JavaScript: `aws-sdk/clients/dynamodb` exports the class `DynamoDB`.

use super::layout::NAMES;
use super::symbol::Sdk;
use super::table::Facts;

impl<'f> Facts<'f> {
    /// The class that a file of clients exports, by the file's name without ending.
    pub fn class_of_file(&'f self, file: &str) -> Option<&'f str> {
        let mut names = (0..self.rows(NAMES))
            .filter(|row| self.at(NAMES, *row, 0) == Sdk::Js2 as u32)
            .map(|row| self.string(self.at(NAMES, row, 1)));
        names.find(|name| name.eq_ignore_ascii_case(file))
    }
}
