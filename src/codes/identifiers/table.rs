//! The rows of the table of application identifiers, except for the measures. In the order of their numbers.

use super::{Characters, Identifier, Part, digits, digits_to, text, text_to};
use crate::codes::values::Check;

const TRADE_ITEM: &[&str] = &["01 02 8006 8026"];
const ITEM_OR_PIECE: &[&str] = &["01 8006"];
const ITEM_OR_CONTENT: &[&str] = &["01 02"];
const ITEM: &[&str] = &["01"];
const LOGISTIC_UNIT: &[&str] = &["00"];
const PERSON: &[&str] = &["8017 8018"];
const RECIPIENT: &[&str] = &["8018"];
const AMOUNT_OF_GOODS: &[&str] = &["30 31 32 35 36"];
const UNIT_WITH_SERIAL: &[&str] = &["01+21"];

const GTIN: &[Part] = &[digits(14).checked(Check::Digit)];
const PIECE: &[Part] = &[digits(14).checked(Check::Digit), digits(4).checked(Check::PieceOfTotal)];
const SSCC: &[Part] = &[digits(18).checked(Check::Digit)];
const GLN: &[Part] = &[digits(13).checked(Check::Digit)];
const DATE: &[Part] = &[digits(6).checked(Check::DateOrMonth)];
const EXACT_DATE: &[Part] = &[digits(6).checked(Check::Date)];
const DATE_AND_TIME: &[Part] = &[digits(6).checked(Check::DateOrMonth), digits(4).checked(Check::HourMinute)];
const TEXT_3: &[Part] = &[text_to(3)];
const TEXT_20: &[Part] = &[text_to(20)];
const TEXT_28: &[Part] = &[text_to(28)];
const TEXT_30: &[Part] = &[text_to(30)];
const TEXT_90: &[Part] = &[text_to(90)];
const COUNT: &[Part] = &[digits_to(8)];
const PRICE: &[Part] = &[digits_to(15)];
const PRICE_WITH_CURRENCY: &[Part] = &[digits(3).checked(Check::Currency), digits_to(15)];
const COUNTRY: Part = digits(3).checked(Check::Country);
const ONE_COUNTRY: &[Part] = &[COUNTRY];
const COUNTRIES: &[Part] = &[COUNTRY, COUNTRY.optional(), COUNTRY.optional(), COUNTRY.optional(), COUNTRY.optional()];
const COUNTRY_LETTERS: &[Part] = &[text(2).checked(Check::CountryLetters)];
const NAME_35: &[Part] = &[text_to(35).checked(Check::PercentEncoding)];
const NAME_40: &[Part] = &[text_to(40).checked(Check::PercentEncoding)];
const NAME_70: &[Part] = &[text_to(70).checked(Check::PercentEncoding)];
const NAME_90: &[Part] = &[text_to(90).checked(Check::PercentEncoding)];
const YES_OR_NO: &[Part] = &[digits(1).checked(Check::ZeroOrOne)];
const TEMPERATURE: &[Part] = &[digits(6), text(1).checked(Check::Hyphen).optional()];
const PROCESSOR: &[Part] = &[digits(3).checked(Check::CountryOr999), text_to(27)];
const CERTIFICATE: &[Part] = &[text(2), text_to(28)];
const ASSET: &[Part] = &[text_to(30).checked(Check::CompanyPrefix)];
const GSRN: &[Part] = &[digits(18).checked(Check::Digit)];

/// Every identifier but the measures.
pub(super) const TABLE: &[Identifier] = &[
    Identifier::new("00", "logistic unit (SSCC)", SSCC).key(""),
    Identifier::new("01", "item (GTIN)", GTIN).excludes("255 37").key("22 10 21|235"),
    Identifier::new("02", "item inside (GTIN)", GTIN).needs(&["37"]).excludes("01 03"),
    Identifier::new("03", "item made to order (GTIN)", GTIN).excludes("01 02 37").qualifier(),
    Identifier::new("10", "batch or lot", TEXT_20).needs(&["01 02 03 8006 8026"]),
    Identifier::new("11", "made on", DATE).needs(&["01 02 03 8006 8026"]),
    Identifier::new("12", "due on", DATE).needs(&["8020"]),
    Identifier::new("13", "packed on", DATE).needs(&["01 02 03 8006 8026"]),
    Identifier::new("15", "best before", DATE).needs(&["01 02 03 8006 8026"]),
    Identifier::new("16", "sell by", DATE).needs(&["01 02 03 8006 8026"]),
    Identifier::new("17", "expires on", DATE).needs(&["01 02 03 255 8006 8026"]),
    Identifier::new("20", "variant", &[digits(2)]).needs(TRADE_ITEM),
    Identifier::new("21", "serial", TEXT_20).needs(&["01 03 8006"]).excludes("235").qualifier(),
    Identifier::new("22", "consumer variant", TEXT_20).needs(ITEM).qualifier(),
    Identifier::new("235", "serial by a third party (TPX)", TEXT_28).needs(ITEM).qualifier(),
    Identifier::new("240", "further item number of the maker", TEXT_30).needs(TRADE_ITEM),
    Identifier::new("241", "customer's part number", TEXT_30).needs(TRADE_ITEM),
    Identifier::new("242", "variant made to order", &[digits_to(6)]).needs(TRADE_ITEM),
    Identifier::new("243", "packaging component", TEXT_20).needs(ITEM),
    Identifier::new("250", "second serial", TEXT_30).needs(&["01 8006", "21"]),
    Identifier::new("251", "source", TEXT_30).needs(ITEM_OR_PIECE),
    Identifier::new("253", "document (GDTI)", &[digits(13).checked(Check::Digit), text_to(17).optional()]).key(""),
    Identifier::new("254", "extension of the place", TEXT_20).needs(&["414"]).qualifier(),
    Identifier::new("255", "coupon (GCN)", &[digits(13).checked(Check::Digit), digits_to(12).optional()])
        .excludes("01 02 415 8006 8020 8026")
        .key(""),
    Identifier::new("30", "count", COUNT).needs(ITEM_OR_CONTENT),
    Identifier::new("37", "count inside", COUNT).needs(&["00", "02 8026"]),
    Identifier::new("3900", "amount payable", PRICE).to("3909").needs(&["255 8020"]).excludes("390 391 394 8111"),
    Identifier::new("3910", "amount payable, with currency", PRICE_WITH_CURRENCY)
        .to("3919")
        .needs(&["8020"])
        .excludes("391"),
    Identifier::new("3920", "price", PRICE).to("3929").needs(&["01", "30 31 32 35 36"]).excludes("392 393"),
    Identifier::new("3930", "price, with currency", PRICE_WITH_CURRENCY)
        .to("3939")
        .needs(AMOUNT_OF_GOODS)
        .excludes("393"),
    Identifier::new("3940", "per cent off", &[digits(4)]).to("3943").needs(&["255"]).excludes("394 8111"),
    Identifier::new("3950", "price per unit of measure", &[digits(6)])
        .to("3955")
        .needs(AMOUNT_OF_GOODS)
        .excludes("392 393 395 8005"),
    Identifier::new("400", "customer's order", TEXT_30),
    Identifier::new("401", "consignment (GINC)", ASSET).key(""),
    Identifier::new("402", "shipment (GSIN)", &[digits(17).checked(Check::Digit)]).key(""),
    Identifier::new("403", "route", TEXT_30).needs(LOGISTIC_UNIT),
    Identifier::new("410", "deliver to", GLN),
    Identifier::new("411", "invoice to", GLN),
    Identifier::new("412", "bought from", GLN),
    Identifier::new("413", "forward to", GLN),
    Identifier::new("414", "place (GLN)", GLN).key("254|7040"),
    Identifier::new("415", "invoicing party", GLN).needs(&["8020"]).key("8020"),
    Identifier::new("416", "made or serviced at", GLN),
    Identifier::new("417", "party (GLN)", GLN).key("7040"),
    Identifier::new("420", "postcode of the receiver", TEXT_20).excludes("421"),
    Identifier::new("421", "postcode of the receiver, with country", &[COUNTRY, text_to(9)]).excludes("4307"),
    Identifier::new("422", "country of origin", ONE_COUNTRY).needs(TRADE_ITEM).excludes("426"),
    Identifier::new("423", "country of first processing", COUNTRIES).needs(ITEM_OR_CONTENT).excludes("426"),
    Identifier::new("424", "country of processing", ONE_COUNTRY).needs(ITEM_OR_CONTENT).excludes("426"),
    Identifier::new("425", "country of taking apart", COUNTRIES).needs(ITEM_OR_CONTENT).excludes("426"),
    Identifier::new("426", "country of all processing", ONE_COUNTRY).needs(ITEM_OR_CONTENT),
    Identifier::new("427", "part of the country of origin", TEXT_3).needs(&["01 02", "422"]),
    Identifier::new("4300", "receiver's company", NAME_35).to("4301").needs(LOGISTIC_UNIT),
    Identifier::new("4302", "receiver's address", NAME_70).needs(LOGISTIC_UNIT),
    Identifier::new("4303", "receiver's address, second line", NAME_70).needs(&["4302"]),
    Identifier::new("4304", "receiver's town or region", NAME_70).to("4306").needs(LOGISTIC_UNIT),
    Identifier::new("4307", "receiver's country", COUNTRY_LETTERS).needs(LOGISTIC_UNIT),
    Identifier::new("4308", "receiver's telephone", TEXT_30).needs(LOGISTIC_UNIT),
    Identifier::new(
        "4309",
        "receiver's position",
        &[digits(10).checked(Check::Latitude), digits(10).checked(Check::Longitude)],
    )
    .needs(LOGISTIC_UNIT),
    Identifier::new("4310", "company to return to", NAME_35).to("4311").needs(LOGISTIC_UNIT),
    Identifier::new("4312", "address to return to", NAME_70).needs(LOGISTIC_UNIT),
    Identifier::new("4313", "address to return to, second line", NAME_70).needs(&["4312"]),
    Identifier::new("4314", "town or region to return to", NAME_70).to("4316").needs(LOGISTIC_UNIT),
    Identifier::new("4317", "country to return to", COUNTRY_LETTERS).needs(LOGISTIC_UNIT),
    Identifier::new("4318", "postcode to return to", TEXT_20).needs(LOGISTIC_UNIT),
    Identifier::new("4319", "telephone to return to", TEXT_30).needs(LOGISTIC_UNIT),
    Identifier::new("4320", "kind of service", NAME_35).needs(LOGISTIC_UNIT),
    Identifier::new("4321", "dangerous goods", YES_OR_NO).needs(LOGISTIC_UNIT),
    Identifier::new("4322", "may be left without a signature", YES_OR_NO).needs(LOGISTIC_UNIT),
    Identifier::new("4323", "signature required", YES_OR_NO).needs(LOGISTIC_UNIT),
    Identifier::new("4324", "deliver not before", DATE_AND_TIME).needs(LOGISTIC_UNIT),
    Identifier::new("4325", "deliver not after", DATE_AND_TIME).needs(LOGISTIC_UNIT),
    Identifier::new("4326", "released on", EXACT_DATE).needs(LOGISTIC_UNIT),
    Identifier::new("4330", "highest temperature, °F", TEMPERATURE).needs(LOGISTIC_UNIT).excludes("4331"),
    Identifier::new("4331", "highest temperature, °C", TEMPERATURE).needs(LOGISTIC_UNIT).excludes("4330"),
    Identifier::new("4332", "lowest temperature, °F", TEMPERATURE).needs(LOGISTIC_UNIT).excludes("4333"),
    Identifier::new("4333", "lowest temperature, °C", TEMPERATURE).needs(LOGISTIC_UNIT).excludes("4332"),
    Identifier::new("7001", "NATO stock number", &[digits(13)]).needs(TRADE_ITEM),
    Identifier::new("7002", "cut of meat", TEXT_30).needs(ITEM_OR_CONTENT),
    Identifier::new("7003", "expires at", &[digits(6).checked(Check::Date), digits(4).checked(Check::HourMinute)])
        .needs(ITEM_OR_CONTENT),
    Identifier::new("7004", "active potency", &[digits_to(4)]).needs(&["01+10"]),
    Identifier::new("7005", "catch area", &[text_to(12)]).needs(ITEM_OR_CONTENT),
    Identifier::new("7006", "first frozen on", EXACT_DATE).needs(ITEM_OR_CONTENT),
    Identifier::new(
        "7007",
        "harvested on",
        &[digits(6).checked(Check::Date), digits(6).checked(Check::Date).optional()],
    )
    .needs(ITEM_OR_CONTENT),
    Identifier::new("7008", "species for fishery", TEXT_3).needs(ITEM_OR_CONTENT),
    Identifier::new("7009", "fishing gear", &[text_to(10)]).needs(ITEM_OR_CONTENT),
    Identifier::new("7010", "method of production", &[text_to(2)]).needs(ITEM_OR_CONTENT),
    Identifier::new(
        "7011",
        "test by",
        &[digits(6).checked(Check::Date), digits(4).checked(Check::HourMinute).optional()],
    )
    .needs(ITEM_OR_CONTENT),
    Identifier::new("7020", "lot of the refurbishment", TEXT_20).needs(&["01 8006", "416"]),
    Identifier::new("7021", "functional status", TEXT_20).needs(ITEM_OR_PIECE),
    Identifier::new("7022", "revision status", TEXT_20).needs(&["7021"]),
    Identifier::new("7023", "assembly (GIAI)", ASSET),
    Identifier::new("7030", "processor", PROCESSOR).to("7039").needs(ITEM_OR_CONTENT),
    Identifier::new(
        "7040",
        "economic operator (UIC)",
        &[digits(1), text(1), text(1), text(1).checked(Check::ImporterIndex)],
    )
    .qualifier(),
    Identifier::new("7041", "type of freight unit", &[text_to(4).checked(Check::PackageType)])
        .needs(LOGISTIC_UNIT)
        .qualifier(),
    Identifier::new("710", "national healthcare number", TEXT_20).to("717").needs(ITEM),
    Identifier::new("7230", "certificate", CERTIFICATE).to("7239").needs(&["01 8004"]),
    Identifier::new("7240", "protocol", TEXT_20).needs(ITEM_OR_PIECE),
    Identifier::new("7241", "type of medium", &[digits(2).checked(Check::MediumType)]).needs(PERSON),
    Identifier::new("7242", "version", &[text_to(25)]).needs(PERSON),
    Identifier::new("7250", "born on", &[digits(8).checked(Check::LongDate)]).needs(RECIPIENT).excludes("7251"),
    Identifier::new("7251", "born at", &[digits(8).checked(Check::LongDate), digits(4).checked(Check::HourMinute)])
        .needs(RECIPIENT)
        .excludes("7250"),
    Identifier::new("7252", "sex", &[digits(1).checked(Check::Sex)]).needs(RECIPIENT),
    Identifier::new("7253", "family name", NAME_40).needs(PERSON).excludes("7256 7259"),
    Identifier::new("7254", "given name", NAME_40).needs(PERSON).excludes("7256 7259"),
    Identifier::new("7255", "suffix of the name", &[text_to(10)]).needs(PERSON).excludes("7256 7259"),
    Identifier::new("7256", "full name", NAME_90).needs(PERSON),
    Identifier::new("7257", "address", NAME_70).needs(RECIPIENT),
    Identifier::new("7258", "sequence of the birth", &[text(3).checked(Check::PlaceInSequence)]).needs(&["8018+7259"]),
    Identifier::new("7259", "family name of the baby", NAME_40).needs(RECIPIENT).excludes("7256"),
    Identifier::new(
        "8001",
        "dimensions of a roll",
        &[
            digits(4).checked(Check::NotZero),
            digits(5).checked(Check::NotZero),
            digits(3).checked(Check::NotZero),
            digits(1).checked(Check::Winding),
            digits(1),
        ],
    )
    .needs(ITEM),
    Identifier::new("8002", "mobile telephone", TEXT_20),
    Identifier::new(
        "8003",
        "returnable asset (GRAI)",
        &[digits(1).checked(Check::Zero), digits(13).checked(Check::Digit), text_to(16).optional()],
    )
    .key(""),
    Identifier::new("8004", "asset (GIAI)", ASSET).key("7040"),
    Identifier::new("8005", "price per unit of measure", &[digits(6)]).needs(ITEM_OR_CONTENT),
    Identifier::new("8006", "piece of an item (ITIP)", PIECE).excludes("01 37").key("22 10 21"),
    Identifier::new("8007", "bank account (IBAN)", &[text_to(34).checked(Check::Iban)]).needs(&["415"]),
    Identifier::new(
        "8008",
        "made at",
        &[
            digits(6).checked(Check::Date),
            digits(2).checked(Check::Hour),
            digits(2).checked(Check::Minute).optional(),
            digits(2).checked(Check::Minute).optional(),
        ],
    )
    .needs(ITEM_OR_CONTENT),
    Identifier::new("8009", "optical sensor", &[text_to(50)]).needs(&["00 01"]),
    Identifier::new("8010", "component (CPID)", &[Part::new(Characters::Set39, 1, 30).checked(Check::CompanyPrefix)])
        .key("8011"),
    Identifier::new("8011", "serial of the component", &[digits_to(12).checked(Check::NoLeadingZero)])
        .needs(&["8010"])
        .qualifier(),
    Identifier::new("8012", "version of the software", TEXT_20).needs(ITEM_OR_PIECE),
    Identifier::new("8013", "model (GMN)", &[text_to(25).checked(Check::Model)]).key(""),
    Identifier::new("8014", "highly individualised device", &[text_to(25).checked(Check::ModelWithLetter)])
        .needs(ITEM)
        .qualifier(),
    Identifier::new("8017", "provider of a service (GSRN)", GSRN).excludes("8018").key("8019"),
    Identifier::new("8018", "recipient of a service (GSRN)", GSRN).excludes("8017").key("8019"),
    Identifier::new("8019", "number of the service", &[digits_to(10)]).needs(PERSON).qualifier(),
    Identifier::new("8020", "reference of the payment slip", &[text_to(25)]).needs(&["415"]).qualifier(),
    Identifier::new("8026", "piece inside a logistic unit (ITIP)", PIECE).needs(&["37"]).excludes("02 8006"),
    Identifier::new("8030", "digital signature", &[Part::new(Characters::Set64, 1, 90).checked(Check::Base64)])
        .needs(&["00 01+21 253 255 8003 8004 8006+21 8010+8011 8017 8018"]),
    Identifier::new("8040", "IMEI", &[digits(15)]).needs(UNIT_WITH_SERIAL).qualifier(),
    Identifier::new("8041", "second IMEI", &[digits(15)]).needs(&["01+21+8040"]).qualifier(),
    Identifier::new("8042", "embedded SIM", &[digits(32)]).needs(&["01+21+8040"]).qualifier(),
    Identifier::new("8043", "physical SIM", &[digits(18), digits_to(2).optional()]).needs(&["01+21+8040"]).qualifier(),
    Identifier::new("8110", "coupon of North America", &[text_to(70).checked(Check::Coupon)]).qualifier(),
    Identifier::new("8111", "loyalty points", &[digits(4)]).needs(&["255"]).qualifier(),
    Identifier::new("8112", "coupon of North America, from a file", &[text_to(70).checked(Check::CouponOffer)])
        .qualifier(),
    Identifier::new("8200", "address of the product", &[text_to(70)]).needs(ITEM).qualifier(),
    Identifier::new("90", "agreed between partners", TEXT_30),
    Identifier::new("91", "company internal", TEXT_90).to("99"),
];
