//! Words that hold sentences together and say nothing of what they are about.

use std::collections::HashSet;

/// English ones, and the most frequent ones of German, French, Spanish and Portuguese. Left out are
/// those that mean a thing in another of these languages: "war", "hat", "man", "son", "car", "era".
const WORDS: [&str; 5] = [
    "a about above after again against all almost along already also although always am among an \
     and another any anybody anyone anything are around as at away back be became because become \
     been before behind being below between beyond both but by can cannot could did do does doing \
     done down during each either else enough etc even ever every everybody everyone everything \
     few for from further gave get gets getting give given go goes going gone got had has have \
     having he hence her here hers herself him himself his how however i if in indeed instead into \
     is it its itself just keep kept least less let like made make makes making many may maybe me \
     might mine more moreover most much must my myself neither never nevertheless no nobody none \
     nor not nothing now of off often oh ok okay on once one only onto or other others otherwise \
     our ours ourselves out over own per perhaps put quite rather really same see seem seemed seems \
     several shall she should since so some somebody someone something sometimes somewhere still \
     such take taken takes than that the their theirs them themselves then there therefore these \
     they this those though through throughout thus till to together too toward towards under \
     unless until up upon us use used uses using very via was way we well went were what whatever \
     when where whereas whether which while who whoever whole whom whose why will with within \
     without would yes yet you your yours yourself yourselves",
    "aber alle allem allen aller alles als also am an andere anderen auch auf aus bei beim bis bist \
     da damit dann das dass daß dein deine dem den denn der des deshalb dich die dies diese diesem \
     diesen dieser dieses dir doch dort du durch ein eine einem einen einer eines er es etwas euch \
     euer eure für gegen haben hatte hatten ich ihm ihn ihnen ihr ihre ihrem ihren ihrer im immer \
     in ins ist ja jede jedem jeden jeder jedes jetzt kann kein keine keinem keinen keiner können \
     machen mehr mein meine meinem meinen meiner mich mir mit muss müssen nach nicht nichts noch \
     nun nur ob oder ohne schon sehr sein seine seinem seinen seiner seit sich sie sind so sondern \
     über um und uns unser unsere unter viel viele vom von vor wann waren warum was weil wenn wer \
     werden wie wieder wir wird wo wurde wurden zu zum zur zwischen",
    "ai alors après as au aucun aussi autre autres aux avait avant avec avoir c ça ce ceci cela \
     celle celui ces cet cette ceux chez comme d dans de depuis des donc dont du elle elles en \
     encore entre est et étaient était été être eu eux faire fait fois il ils j je jusque l la là le \
     les leur leurs lui m ma mais me même mes moi n ne ni nos notre nous on ont ou où par parce pas \
     pendant peu peut plus pour pourquoi qu quand que quel quelle quelles quels qui quoi s sa sans se \
     sera ses si sont sous suis sur t ta te tes toi tous tout toute toutes très tu un une vers vos \
     votre vous y à",
    "al algo algunas algunos ante antes aquí así aunque cada casi como cómo con contra cual cuál \
     cuando cuándo de del desde después donde dónde dos el él ella ellas ellos en entonces entre es \
     esa esas ese eso esos esta está estaba están estar estas este esto estos estoy fue fueron ha \
     había hace hacer han hasta hay he la las le les lo los más me mi mí mientras mis muy nada ni \
     nos nosotros nuestra nuestro o os otra otras otro otros para pero poco por porque puede pues \
     que qué quien quién se sea según ser será si sí sido siempre sin sobre solo sólo su sus también \
     tan tanto te tener tiene tienen toda todas todo todos tu tú tus un una unas uno unos usted y ya \
     yo",
    "a ainda à ao aos aquela aquele aqui às as assim até cada com como da das de dela dele depois do \
     dos e é ela elas ele eles em entre essa essas esse esses esta está estão estar estas este \
     estes estou eu faz fazer foi foram há isso isto já lhe mais mas me mesmo meu meus minha minhas \
     muito muitos na não nas nem nenhum no nos nós nossa nosso num numa o onde os ou outra outras \
     outro outros para pela pelas pelo pelos pode por porque quais qual quando que quem são se sem \
     sempre ser seu seus só sobre sua suas também tão te tem têm tenho ter teve tinha toda todas \
     todo todos tu tudo um uma umas uns vai você vocês",
];

/// What may follow the apostrophe of a shortened word.
const ENDINGS: [&str; 7] = ["s", "t", "d", "m", "ll", "re", "ve"];

/// The words that say nothing.
pub(super) struct StopWords(HashSet<&'static str>);

impl StopWords {
    pub(super) fn new() -> Self {
        Self(WORDS.iter().flat_map(|list| list.split(' ')).collect())
    }

    /// Whether a word in lower case, with straight apostrophes, is one of them: "the", "it's",
    /// "don't".
    pub(super) fn has(&self, word: &str) -> bool {
        self.0.contains(word)
            || word.ends_with("n't")
            || (word.split_once('\''))
                .is_some_and(|(word, ending)| self.0.contains(word) && ENDINGS.contains(&ending))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_five_languages_are_known() {
        let stop = StopWords::new();
        for word in [
            "the", "it's", "don't", "you're", "und", "für", "être", "avec", "también", "não",
        ] {
            assert!(stop.has(word), "{word}");
        }
        for word in [
            "man", "war", "son", "car", "era", "hat", "man's", "guitar", "haus",
        ] {
            assert!(!stop.has(word), "{word}");
        }
        assert!(!stop.has(""));
    }
}
