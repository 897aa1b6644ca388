//! Categories of threats: the file has the label in the language in which somebody worked that day.

use redan_model::ById;

/// The six of STRIDE, by what labels contain. Many labels have the English word beside the local one.
const STRIDE: &[(&str, &[&str])] = &[
    ("spoofing", &["spoofing", "usurpation", "falsificação", "suplantación", "欺骗", "なりすまし", "स्पूफिंग", "penipuan"]),
    ("tampering", &["tampering", "falsification", "adulteração", "manipulación", "manipulation", "篡改", "改竄", "छेड़छाड़", "penyelewengan"]),
    (
        "denial-of-service",
        &[
            "denial of service",
            "déni de service",
            "negação de serviço",
            "denegación",
            "dienstverweigerung",
            "拒绝服务",
            "サービス拒否",
            "सेवा से इनकार",
            "penafian perkhidmatan",
        ],
    ),
    ("repudiation", &["repudiation", "répudiation", "repúdio", "repudiación", "否认", "否認", "अस्वीकृति", "penafian"]),
    (
        "information-disclosure",
        &[
            "information disclosure",
            "divulgation",
            "divulgação",
            "brecha de información",
            "offenlegung",
            "信息泄露",
            "情報漏洩",
            "सूचना प्रकटीकरण",
            "pendedahan maklumat",
        ],
    ),
    (
        "elevation-of-privilege",
        &[
            "elevation of privil",
            "élévation de privil",
            "elevação de privil",
            "elevación de privil",
            "rechteausweitung",
            "权限提升",
            "特権の昇格",
            "विशेषाधिकार",
            "kenaikan hak",
        ],
    ),
];

/// The seven of LINDDUN under their older names.
const LINDDUN: &[(&str, &[&str])] = &[
    ("linkability", &["linkability", "capacité de liaison", "ligabilidade", "vinculación", "可链接性", "लिंक करने", "pautan"]),
    (
        "identifiability",
        &["identifiability", "identifiabilité", "identificabilidade", "identificabilidad", "可识别性", "पहचान", "pengenalpastian"],
    ),
    (
        "non-repudiation",
        &["non-repudiation", "non-répudiation", "não-repúdio", "no-repudiación", "不可否认性", "अप्रतिबंध", "tidak boleh menafikan"],
    ),
    ("detectability", &["detectability", "détectabilité", "detectabilidad", "可检测性", "डिटेक्टेबिलिटी", "ketahuan"]),
    (
        "disclosure",
        &["disclosure", "divulgation", "divulgação", "brecha de información", "信息泄露", "सूचना का प्रकटीकरण", "pendedahan maklumat"],
    ),
    ("unawareness", &["unawareness", "inconscience", "desconhecido", "falta de conciencia", "不知情", "अनभिज्ञता", "tanpa sedar"]),
    (
        "non-compliance",
        &[
            "non-compliance",
            "non compliance",
            "non-conformité",
            "não conformidade",
            "incumplimiento",
            "不合规",
            "गैर-अनुपालन",
            "pelanggaran",
            "tidak mematuhi",
        ],
    ),
];

/// Confidentiality, integrity and availability, by the category of STRIDE that harms each.
const CIA: &[(&str, &[&str])] = &[
    (
        "information-disclosure",
        &["confidentiality", "confidentialité", "confidencialidad", "vertraulichkeit", "机密性", "गोपनीयता", "kerahsiaan", "機密性"],
    ),
    ("tampering", &["integrity", "intégrité", "integridad", "integrität", "完整性", "ईमानदारी", "integriti", "完全性"]),
    ("denial-of-service", &["availability", "disponibilité", "disponibilidad", "verfügbarkeit", "可用性", "उपलब्धता", "ketersediaan"]),
];

/// What a label stands for: a category of STRIDE, and one of LINDDUN.
type Categories = (Option<&'static str>, Option<&'static str>);

/// Labels that were looked up, by method: a file has a dozen, thousands of times each.
#[derive(Debug, Default)]
pub(super) struct Labels(ById<ById<Categories>>);

impl Labels {
    /// The same as [`categories`].
    pub(super) fn categories(&mut self, method: &str, label: &str) -> Categories {
        if let Some(known) = self.0.get(method).and_then(|of_method| of_method.get(label)) {
            return *known;
        }
        let found = categories(method, label);
        self.0.entry(method.to_owned()).or_default().insert(label.to_owned(), found);
        found
    }
}

/// The categories of STRIDE and of LINDDUN that a label of a method stands for.
///
/// The same word stands for different things in different methods, so the method decides which table is asked first.
pub(super) fn categories(method: &str, label: &str) -> Categories {
    let label = label.to_lowercase();
    let find = |table: &[(&'static str, &[&str])]| {
        let found = table.iter().find(|(_, words)| words.iter().any(|word| label.contains(word)));
        found.map(|(category, _)| *category)
    };
    if label.trim().is_empty() {
        return (None, None);
    }
    match method.to_lowercase().as_str() {
        "stride" => (find(STRIDE), None),
        "linddun" => (None, find(LINDDUN)),
        "cia" | "ciadie" | "die" => (find(CIA), None),
        // The cards of games and the topics of other methods are no categories of these.
        "plot4ai" | "eop" => (None, None),
        _ => {
            // Only LINDDUN knows these two, and each contains the name of another category.
            let privacy =
                find(LINDDUN).filter(|category| label.contains("non-repud") || find(STRIDE).is_none() || *category == "non-compliance");
            let stride = if privacy.is_some() { None } else { find(STRIDE) };
            (stride.or_else(|| if privacy.is_some() { None } else { find(CIA) }), privacy)
        }
    }
}

/// The label that Threat Dragon writes for a category of STRIDE, in English.
pub(super) fn of_stride(category: &str) -> &'static str {
    match category {
        "spoofing" => "Spoofing",
        "tampering" => "Tampering",
        "repudiation" => "Repudiation",
        "denial-of-service" => "Denial of service",
        "elevation-of-privilege" => "Elevation of privilege",
        _ => "Information disclosure",
    }
}

/// The label that Threat Dragon writes for a category of LINDDUN, in English.
pub(super) fn of_linddun(category: &str) -> &'static str {
    match category {
        "linkability" => "Linkability",
        "identifiability" => "Identifiability",
        "non-repudiation" => "Non-repudiation",
        "detectability" => "Detectability",
        "unawareness" => "Unawareness",
        "non-compliance" => "Non-compliance",
        _ => "Disclosure of information",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_known_in_the_languages_of_the_tool() {
        let stride = |label| categories("STRIDE", label).0.unwrap_or_default();
        let spoofing = [
            "Spoofing",
            "Usurpation d'identité",
            "欺骗",
            "Falsificação",
            "Spoofing التزييف",
            "Παραπλάνηση (Spoofing)",
            "なりすまし",
            "Penipuan",
        ];
        assert!(spoofing.iter().all(|label| stride(label) == "spoofing"));
        assert_eq!(
            [
                "Répudiation",
                "Penafian",
                "Penafian Perkhidmatan",
                "Denial of service / Denegación de servicio",
                "特権の昇格",
                "सूचना प्रकटीकरण"
            ]
            .map(stride),
            ["repudiation", "repudiation", "denial-of-service", "denial-of-service", "elevation-of-privilege", "information-disclosure"]
        );
    }

    #[test]
    fn the_method_tells_the_same_words_apart() {
        assert_eq!(categories("LINDDUN", "Divulgation d'information"), (None, Some("disclosure")));
        assert_eq!(categories("STRIDE", "Divulgation d'information"), (Some("information-disclosure"), None));
        assert_eq!(categories("LINDDUN", "Non-répudiation"), (None, Some("non-repudiation")));
        assert_eq!(categories("CIA", "Disponibilité"), (Some("denial-of-service"), None));
        assert_eq!(categories("PLOT4ai", "Security"), (None, None));
    }

    #[test]
    fn without_a_method_the_word_decides() {
        assert_eq!(categories("", "Repudiation"), (Some("repudiation"), None));
        assert_eq!(categories("Generic", "Non-repudiation"), (None, Some("non-repudiation")));
        assert_eq!(categories("", "Information disclosure"), (Some("information-disclosure"), None));
        assert_eq!(categories("", "Linkability"), (None, Some("linkability")));
        assert_eq!(categories("", "Integrity"), (Some("tampering"), None));
    }

    #[test]
    fn a_label_stands_for_the_same_however_often_it_is_looked_up() {
        let mut labels = Labels::default();
        for _ in 0..2 {
            assert_eq!(labels.categories("LINDDUN", "Disclosure of information"), (None, Some("disclosure")));
            assert_eq!(labels.categories("STRIDE", "Information disclosure"), (Some("information-disclosure"), None));
            assert_eq!(labels.categories("PLOT4ai", "Information disclosure"), (None, None));
        }
    }

    #[test]
    fn written_labels_are_read_again() {
        for (category, _) in STRIDE {
            assert_eq!(categories("STRIDE", of_stride(category)), (Some(*category), None));
        }
        for (category, _) in LINDDUN {
            assert_eq!(categories("LINDDUN", of_linddun(category)), (None, Some(*category)));
        }
    }
}
