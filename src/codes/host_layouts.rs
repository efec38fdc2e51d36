//! What other keyboard layouts make of the characters of a US keyboard: a scanner presses the keys of a US keyboard, and the
//! host takes each key for what its own layout has there. Facts of the layouts that common systems come with; a dead key
//! stands as the character that it shows by itself.

use unicode_normalization::UnicodeNormalization;

/// A keyboard layout of a host.
pub(super) struct Layout {
    /// Its name for people.
    pub name: &'static str,
    /// The characters that do not arrive as they are.
    meant: &'static str,
    /// What arrives for each of them.
    arrives: &'static str,
}

impl Layout {
    /// The character that was meant, or `None` for one that no key of this layout gives.
    pub(super) fn meant(&self, arrived: char) -> Option<char> {
        match self.arrives.chars().position(|one| one == arrived) {
            Some(at) => self.meant.chars().nth(at),
            None if self.meant.contains(arrived) => None,
            None => (arrived.is_ascii() || arrived.is_control()).then_some(arrived),
        }
    }

    /// True when a character may have meant one of these. A letter with an accent may have been two.
    pub(super) fn may_give(&self, arrived: char, is_one: fn(char) -> bool) -> bool {
        self.arrives.contains(arrived) || !arrived.is_ascii() || (is_one(arrived) && !self.meant.contains(arrived))
    }

    /// Everything that one character may have meant: several keys may give the same one.
    pub(super) fn meanings(&self, arrived: &str) -> impl Iterator<Item = String> {
        let pairs = self.meant.chars().zip(self.arrives.chars());
        let keys: Vec<String> =
            pairs.filter(|(_, one)| arrived.chars().eq([*one])).map(|(meant, _)| meant.into()).collect();
        let other = keys.is_empty().then(|| self.text_meant(arrived)).flatten();
        keys.into_iter().chain(other)
    }

    /// The whole text as it was meant; a letter with an accent that no key gives is a dead key and the letter behind it.
    pub(super) fn text_meant(&self, arrived: &str) -> Option<String> {
        let mut text = String::with_capacity(arrived.len());
        for character in arrived.chars() {
            match self.meant(character) {
                Some(meant) => text.push(meant),
                None => {
                    let (accent, letter) = taken_apart(character)?;
                    text.extend([self.meant(accent)?, self.meant(letter)?]);
                }
            }
        }
        Some(text)
    }
}

/// The dead key and the letter that merged into a character.
fn taken_apart(character: char) -> Option<(char, char)> {
    let mut parts = std::iter::once(character).nfd();
    let (letter, mark, end) = (parts.next()?, parts.next()?, parts.next());
    let accent = match mark {
        '\u{300}' => '`',
        '\u{301}' => '´',
        '\u{302}' => '^',
        '\u{303}' => '~',
        '\u{308}' => '¨',
        '\u{30c}' => 'ˇ',
        _ => return None,
    };
    end.is_none().then_some((accent, letter))
}

/// The layouts, the most common first.
pub(super) const LAYOUTS: &[Layout] = &[
    Layout {
        name: "German",
        meant: r##""#&'()*+-/:;<=>?@YZ[\]^_`yz{|}~"##,
        arrives: r##"Ä§/ä)=(`ß-Öö;´:_"ZYü#+&?^zyÜ'*°"##,
    },
    Layout {
        name: "French",
        meant: r##"!"#$%&'()*,-./0123456789:;<>?@AMQWZ[\]^_`amqwz{|}~"##,
        arrives: r##"1%3457ù908;):!à&é"'(-è_çMm./§2Q?AZW^*$6°²q,azw¨µ£ "##,
    },
    Layout {
        name: "Spanish", meant: r##""#&'()*+-/:;<=>?@[\]^_`{|}~"##, arrives: r##"¨·/´)=(¿'-Ññ;¡:_"`ç+&?º^Ç*ª"##
    },
    Layout {
        name: "Italian", meant: r##""#&'()*+-/:;<=>?@[\]^_`{|}~"##, arrives: r##"°£/à)=(^'-çò;ì:_"èù+&?\é§*|"##
    },
    Layout {
        name: "Swiss German",
        meant: r##"!"#$&'()*+-/:;<=>?@YZ[\]^_`yz{|}~"##,
        arrives: r##"+à*ç/ä)=(`'-éö;^:_"ZYü$¨&?§zyè£!°"##,
    },
    Layout {
        name: "Swedish or Finnish",
        meant: r##""$&'()*+-/:;<=>?@[\]^_`{|}~"##,
        arrives: r##"Ä¤/ä)=(`+-Öö;´:_"å'¨&?§Å*^½"##,
    },
    Layout {
        name: "Belgian",
        meant: r##"!"#$%&'()*+,-./0123456789:;<=>?@AMQWZ[\]^_`amqwz{|}~"##,
        arrives: r##"1%3457ù908_;):=à&é"'(§è!çMm.-/+2Q?AZW^µ$6°²q,azw¨£*³"##,
    },
    Layout {
        name: "Portuguese", meant: r##""&'()*+-/:;<=>?@[\]^_`{|}~"##, arrives: r##"ª/º)=(»'-Çç;«:_"+~´&?\*^`|"##
    },
    Layout {
        name: "Danish", meant: r##""$&'()*+-/:;<=>?@[\]^_`{|}~"##, arrives: r##"Ø¤/ø)=(`+-Ææ;´:_"å'¨&?½Å*^§"##
    },
    Layout {
        name: "Norwegian",
        meant: r##""$&'()*+-/:;<=>?@[\]^_`{|}~"##,
        arrives: r##"Æ¤/æ)=(`+-Øø;\:_"å'¨&?|Å*^§"##,
    },
    Layout {
        name: "Czech",
        meant: r##"!"#$%&'()*+-/0123456789:;<=>?@YZ[\]^_`yz{|}~"##,
        arrives: r##"1!3457§908ˇ=-é+ěščřžýáí"ů?´:_2ZYú¨)6%;zy/'(°"##,
    },
    Layout {
        name: "Czech (QWERTY)",
        meant: r##"!"#$%&'()*+-/0123456789:;<=>?@[\]^_`{|}~"##,
        arrives: r##"1!3457§908ˇ=-é+ěščřžýáí"ů?´:_2ú¨)6%;/'(°"##,
    },
    Layout { name: "Dutch", meant: r##""&'()*+-/:;<=>?@[\]^_`{|}~"##, arrives: r##"`_´)'(~/-±+;°:="¨<*&?@^>|§"## },
    Layout {
        name: "Estonian", meant: r##""$&'()*+-/:;<=>?@[\]^_`{|}~"##, arrives: r##"Ä¤/ä)=(`+-Öö;´:_"ü'õ&?ˇÜ*Õ~"##
    },
    Layout {
        name: "Hungarian",
        meant: r##"!"#$&'()*+-/0:;<=>?@YZ[\]^_`yz{|}~"##,
        arrives: r##"'Á+!=á)Ö(Óü-öÉé?ó:_"ZYőűú/Ü0zyŐŰÚ§"##,
    },
    Layout {
        name: "Hungarian (101 keys)",
        meant: r##"!"#$&'()*+-/0:;<=>?@[\]^_`{|}~"##,
        arrives: r##"'Á+!=á)Ö(Óü-öÉé?ó:_"őűú/ÜíŐŰÚÍ"##,
    },
    Layout {
        name: "Icelandic", meant: r##""&'()*+-/:;<=>?@[\]^_`{|}~"##, arrives: r##"'/´)=(_öþÆæ;-:Þ"ð+'&Ö°Ð*?¨"##
    },
    Layout {
        name: "Latvian",
        meant: r##""#'*+/:;<=>?@ABCDEFGHIJKLMNOPQSTUVWXYZ[\]^abcdefghijklmnopqstuvwxyz{|}~"##,
        arrives: r##"°»´×FļCc;f:Ļ«ŠPĪSJILDZATEĀOĒČŪUMNKGBVŅžķh/špīsjildzateāoēčūumnkgbvņŽĶH?"##,
    },
    Layout {
        name: "Lithuanian", meant: r##"!#$%&*+12345678=@^"##, arrives: r##"ĄĘĖĮŲŪŽąčęėįšųūžČŠ"##
    },
    Layout {
        name: "Lithuanian (IBM)",
        meant: r##"!"#$%&'()*+,-./0123456789:;<=>?@QWX[\]^_qwx{|}"##,
        arrives: r##"1Ė3457ė908=č_šę)!"/;:,.?(ŲųČ+ŠĘ2ĄŽŪį|“6-ąžūĮ\”"##,
    },
    Layout {
        name: "Lithuanian (standard)",
        meant: r##"!"#$%&'()*+,-./0123456789:;<=>?@FQWX[\]^_fqwx{|}"##,
        arrives: r##"1Ė3457ė908Xč?fę)!-/;:,.=(ŲųČxFĘ2ŠĄŽŪįqw6+šąžūĮQW"##,
    },
    Layout {
        name: "Swiss French",
        meant: r##"!"#$&'()*+-/:;<=>?@YZ[\]^_`yz{|}~"##,
        arrives: r##"+ä*ç/à)=(`'-öé;^:_"ZYè$"&?§zyü£!°"##,
    },
    Layout { name: "Maltese", meant: r##"#[\]`{|}~"##, arrives: r##"€ġżħċĠŻĦĊ"## },
    Layout { name: "Maltese (48 keys)", meant: r##""#@[\]`{|}~"##, arrives: r##"@€"ġ#ħċĠ~ĦĊ"## },
    Layout {
        name: "Polish (214)",
        meant: r##""$&'()*+-/:;<=>?@YZ[\]^_`yz{|}~"##,
        arrives: r##"ę¤/ą)=(*+-Łł;':_"ZYżóś&?˛zyńźć·"##,
    },
    Layout {
        name: "Romanian (legacy)",
        meant: r##""$&'()*+-/:;<=>?@YZ[\]^_`yz{|}~"##,
        arrives: r##"Ţ¤/ţ)=(*+-Şş;':_"ZYăâî&?]zyĂÂÎ["##,
    },
    Layout { name: "Romanian", meant: r##""':;<>[\]`{|}~"##, arrives: r##"ȚțȘș;:ăâî„ĂÂÎ”"## },
    Layout {
        name: "Sami (Finland, Sweden)",
        meant: r##""$&'()*+-/:;<=>?@QWXY[\]^_`qwxy{|}~"##,
        arrives: r##"Ä¤/ä)=(`+-Öö;´:_"ÁŠČŦåđŋ&?§áščŧÅĐŊ½"##,
    },
    Layout {
        name: "Sami (Norway)",
        meant: r##""$&'()*+-/:;<=>?@QWXY[\]^_`qwxy{|}~"##,
        arrives: r##"Æ¤/æ)=(`+-Øø;\:_"ÁŠČŦåđŋ&?|áščŧÅĐŊ§"##,
    },
    Layout {
        name: "Slovak",
        meant: r##"!"#$%&'()*+-/0123456789:;<=>?@YZ[\]^_`yz{|}~"##,
        arrives: r##"1!3457§908ˇ=-é+ľščťžýáí"ô?´:_2ZYúňä6%;zy/)(°"##,
    },
    Layout {
        name: "Slovak (QWERTY)",
        meant: r##"!"#$%&'()*+-/0123456789:;<=>?@[\]^_`{|}~"##,
        arrives: r##"1!3457§908ˇ=-é+ľščťžýáí"ô?´:_2úňä6%;/)(°"##,
    },
    Layout {
        name: "Slovenian or Croatian",
        meant: r##""&'()*+-/:;<=>?@YZ[\]^_`yz{|}~"##,
        arrives: r##"Ć/ć)=(*'-Čč;+:_"ZYšžđ&?¸zyŠŽĐ¨"##,
    },
    Layout {
        name: "Sorbian",
        meant: r##""#&'()*+-/:;<=>?@YZ[\]^_`yz{|}~"##,
        arrives: r##"Ä§/ä)=('ß-Öö;´:_"ZYüł+&?ˇzyÜŁ*˙"##,
    },
    Layout {
        name: "Sorbian (legacy)",
        meant: r##""#&'()*+-/:;<=>?@YZ[\]^_`yz{|}~"##,
        arrives: r##"Ä§/ä)=('ß-Öö;´:_"ZYüł+&?^zyÜŁ*̇"##,
    },
    Layout {
        name: "Spanish (variation)",
        meant: r##"!"#$%&'()*+/:;<=>?@[\]^_`{|}~"##,
        arrives: r##"ªÇ/()!ç?₧¿¨=Ññ;¨:%"÷´`¡+'×´`·"##,
    },
    Layout {
        name: "Bulgarian",
        meant: r##""#$&'()*+,./:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\]^_`abcdefghijklmnopqrstuvwxyz{|}~"##,
        arrives: r##"Ч+":ч–№/€рлбМмР.ЛБ?ѝФЪАЕОЖГСТНВПХДЗыИЯШКЭУЙЩЮц„;=$(ьфъаеожгстнвпхдз,ияшкэуйщюЦ“§)"##,
    },
    Layout {
        name: "Bulgarian (traditional phonetic)",
        meant: r##"#&ABCDEFGHIJKLMNOPQRSTUVWXYZ[\]^`abcdefghijklmnopqrstuvwxyz{|}~"##,
        arrives: r##"№§АБЦДЕФГХИЙКЛМНОПЯРСТУЖВѝЪЗшющ€чабцдефгхийклмнопярстужвьъзШЮЩЧ"##,
    },
    Layout {
        name: "Bulgarian (phonetic)",
        meant: r##"#&<>ABCDEFGHIJKLMNOPQRSTUVWXYZ[\]^_`abcdefghijklmnopqrstuvwxyz{|}~"##,
        arrives: r##"№§„“АБЦДЕФГХИЙКЛМНОПЧРСТУВШЖЪЗяьщ€–юабцдефгхийклмнопчрстувшжъзЯѝЩЮ"##,
    },
    Layout {
        name: "Bulgarian (typewriter)",
        meant: r##""#$&'()*+,./:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\]^_abcdefghijklmnopqrstuvwxyz{|}"##,
        arrives: r##"Ч+":ч_№/VрлбМмР.ЛБ?ЬФЪАЕОЖГСТНВПХДЗыИЯШКЭУЙЩЮц(;=Іьфъаеожгстнвпхдз,ияшкэуйщюЦ)§"##,
    },
    Layout {
        name: "Greek",
        meant: r##":;ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"##,
        arrives: r##"¨΄ΑΒΨΔΕΦΓΗΙΞΚΛΜΝΟΠ:ΡΣΤΘΩ΅ΧΥΖαβψδεφγηιξκλμνοπ;ρστθωςχυζ"##,
    },
    Layout {
        name: "Greek (220)",
        meant: r##""#&'()*+-/:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\]^_`abcdefghijklmnopqrstuvwxyz{|}~"##,
        arrives: r##"΅£/¨)=(['-¨΄;]:_"ΑΒΨΔΕΦΓΗΙΞΚΛΜΝΟΠ:ΡΣΤΘΩ~ΧΥΖ+#}&?½αβψδεφγηιξκλμνοπ;ρστθωςχυζ*@{±"##,
    },
    Layout {
        name: "Greek (319)",
        meant: r##""#&'()*+-/:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ\^_`abcdefghijklmnopqrstuvwxyz{|}~"##,
        arrives: r##"‘£/’)=(*'-¨΄;+:_"ΑΒΨΔΕΦΓΗΙΞΚΛΜΝΟΠ―ΡΣΤΘΩ¦ΧΥΖ²¬°½αβψδεφγηιξκλμνοπ·ρστθωςχυζ«³»±"##,
    },
    Layout {
        name: "Greek (220, Latin)",
        meant: r##""&'()*+-/:;<=>?@[\]^_`{|}~"##,
        arrives: r##"΅/¨)=(['-¨΄;]:_"+#}&?\*@{|"##,
    },
    Layout {
        name: "Greek (319, Latin)", meant: r##""&'()*+-/:;<=>?@\^_`|~"##, arrives: r##"~/^)=(*'-¨´;+:_"`&?\@|"##
    },
    Layout {
        name: "Greek (polytonic)",
        meant: r##""'+-/:;=?ABCDEFGHIJKLMNOPQRSTUVWXYZ[\]_`abcdefghijklmnopqrstuvwxyz{|}~"##,
        arrives: r##""'+-/¨΄=?ΑΒΨΔΕΦΓΗΙΞΚΛΜΝΟΠ:ΡΣΤΘΩ΅ΧΥΖ[\]_~αβψδεφγηιξκλμνοπ;ρστθωςχυζ{|}`"##,
    },
    Layout {
        name: "Turkish",
        meant: r##"[];'i,./=-`{}:"<>?@#$^&*()_+|\~"##,
        arrives: r##"ğüşiıöç.-*"ĞÜŞİÖÇ:'^+&/()=?_;,é"##,
    },
    Layout {
        name: "Russian",
        meant: r##"qwertyuiop[]asdfghjkl;'zxcvbnm,./`QWERTYUIOP{}ASDFGHJKL:"ZXCVBNM<>?~@#$^&|"##,
        arrives: r##"йцукенгшщзхъфывапролджэячсмитьбю.ёЙЦУКЕНГШЩЗХЪФЫВАПРОЛДЖЭЯЧСМИТЬБЮ,Ё"№;:?/"##,
    },
    Layout {
        name: "Ukrainian",
        meant: r##"qwertyuiop[]asdfghjkl;'zxcvbnm,./`QWERTYUIOP{}ASDFGHJKL:"ZXCVBNM<>?@#$^&|"##,
        arrives: r##"йцукенгшщзхїфівапролджєячсмитьбю.'ЙЦУКЕНГШЩЗХЇФІВАПРОЛДЖЄЯЧСМИТЬБЮ,"№;:?/"##,
    },
    Layout {
        name: "Dvorak",
        meant: r##"qwertyuiop[]sdfghjkl;'zxcvbn,./-=QWERTYUIOP{}SDFGHJKL:"ZXCVBN<>?_+"##,
        arrives: r##"',.pyfgcrl/=oeuidhtns-;qjkxbwvz[]"<>PYFGCRL?+OEUIDHTNS_:QJKXBWVZ{}"##,
    },
];
