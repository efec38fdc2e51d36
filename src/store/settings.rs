//! Rules that are set: of the house, of a partner, of a site. Every value stays; the latest one holds.

use super::{Result, View, Writer};

impl View<'_> {
    /// The settings of a subject, each with its latest value, by name.
    ///
    /// # Errors
    /// What the database says.
    pub fn settings_of(&self, subject: &str) -> Result<Vec<(String, String)>> {
        let sql = "SELECT name, value FROM setting one WHERE subject = $1 AND operation =
                       (SELECT max(operation) FROM setting WHERE subject = one.subject AND name = one.name)
                   ORDER BY name";
        self.all(sql, [subject], |row| Ok((row.get(0)?, row.get(1)?)))
    }

    /// The latest values of a setting of all subjects that begin so, by subject.
    ///
    /// # Errors
    /// What the database says.
    pub fn subjects_with(&self, beginning: &str, name: &str) -> Result<Vec<String>> {
        let sql =
            "SELECT value FROM setting one WHERE name = $2 AND substr(subject, 1, length($1)) = $1 AND operation =
                       (SELECT max(operation) FROM setting WHERE subject = one.subject AND name = one.name)
                   ORDER BY subject";
        self.all(sql, (beginning, name), |row| row.get(0))
    }

    /// The subjects whose latest value of a setting is this one. Values that are longer than those of fields may be (see
    /// `model::limits`) are not looked for: no index has them.
    ///
    /// # Errors
    /// What the database says.
    pub fn subjects_where(&self, name: &str, value: &str) -> Result<Vec<String>> {
        let sql = "SELECT subject FROM setting one WHERE name = $1 AND value = $2 AND octet_length(value) <= 2000 AND operation =
                       (SELECT max(operation) FROM setting WHERE subject = one.subject AND name = one.name)
                   ORDER BY subject";
        self.all(sql, (name, value), |row| row.get(0))
    }

    /// The latest value of a setting.
    ///
    /// # Errors
    /// What the database says.
    pub fn setting_of(&self, subject: &str, name: &str) -> Result<Option<String>> {
        let sql = "SELECT value FROM setting WHERE subject = $1 AND name = $2 ORDER BY operation DESC LIMIT 1";
        self.one(sql, (subject, name), |row| row.get(0))
    }
}

impl Writer<'_> {
    /// Sets a value from this operation on.
    ///
    /// # Errors
    /// What the database says.
    pub fn set_setting(&self, subject: &str, name: &str, value: &str) -> Result<()> {
        let sql = "INSERT INTO setting (subject, name, operation, value) VALUES ($1, $2, $3, $4)";
        self.execute(sql, (subject, name, self.number()?.0, value)).map(drop)
    }
}
