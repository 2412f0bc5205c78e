//! Small sets of texts that each show one thing about sentence embeddings.

/// A set to open with or to choose.
pub struct Sample {
    /// Its name in the picker, unique.
    pub name: &'static str,
    /// What it is about, as a question; empty for a set that an empty page does not offer.
    pub question: &'static str,
    /// What to look for, one sentence or two.
    pub look_for: &'static str,
    /// One text per line, groups parted by an empty line.
    pub text: &'static str,
}

/// The set that the page opens with: its scores are high, low and hard to foresee.
pub const OPENING: usize = 1;

/// All sets.
pub const SAMPLES: &[Sample] = &[
    Sample {
        name: "Topics",
        question: "Does it find the topics by itself?",
        look_for: "four blocks along the diagonal of the table and four groups on the map. Nobody told the model the topics; the colours are ours.",
        text: "\
The goalkeeper saved a penalty in the last minute.
Our team won the cup after extra time.
She ran the marathon in under three hours.

Simmer the onions until they turn golden.
Knead the dough and let it rise for an hour.
A pinch of salt brings out the taste of chocolate.

The telescope found a planet around a distant star.
Astronauts repaired the space station from outside.
The moon passes between the Earth and the sun.

The bank raised its interest rates again.
Share prices fell after the weak quarterly report.
Inflation makes the weekly shopping dearer.",
    },
    Sample {
        name: "Paraphrases",
        question: "Same meaning, other words: how alike?",
        look_for: "pairs that share hardly a word and still score high. Which pair did the model find hardest?",
        text: "\
How old are you?
What is your age?

The film bored me to tears.
I nearly fell asleep during the movie.

He lost his job last week.
The company let him go a few days ago.

Could you turn the music down?
Please make it less loud.

It is raining cats and dogs.
The downpour is very heavy.

The children were delighted with the puppy.
The kids loved their new little dog.",
    },
    Sample {
        name: "Homonyms",
        question: "",
        look_for: "whether the sense wins over the spelling. The two banks part company, more or less; bats and springs of either kind stay together because of the word they share.",
        text: "\
She paid the cheque in at the bank.
The bank lends money to small firms.
We had a picnic on the bank of the river.
The boat was tied up at the muddy bank.

A bat flew out of the cave at dusk.
Bats find insects by their echoes.
He swung the bat and hit the ball.
The cricketer oiled his new bat.

Flowers open in the warmth of spring.
The lambs are born in early spring.
The mattress has a broken spring.
A coiled spring stores energy.",
    },
    Sample {
        name: "Negation",
        question: "Does “not” change the meaning?",
        look_for: "scores that stay high although the sentences contradict each other. The model sees what a text is about far better than whether it says yes or no.",
        text: "\
The food was good.
The food was not good.
The food was bad.

I like this song.
I don't like this song.
I hate this song.

The train will arrive on time.
The train will not arrive on time.
The train will be late.

Nobody passed the exam.
Everybody passed the exam.
Not everybody passed the exam.",
    },
    Sample {
        name: "Synonyms and antonyms",
        question: "",
        look_for: "opposites that score nearly as high as synonyms. Warm even comes closer to cold than to hot: what turns up in the same kinds of sentences looks alike, whatever it means.",
        text: "\
hot
warm
cold

big
large
small

happy
glad
sad

begin
start
end

rich
wealthy
poor",
    },
    Sample {
        name: "Word order",
        question: "Who bites whom: does it notice?",
        look_for: "sentences made of the same words. A method that counts words gives each pair 1.000; this model hardly tells them apart either, who bites whom included.",
        text: "\
The dog bit the man.
The man bit the dog.

The teacher asked the pupil a question.
The pupil asked the teacher a question.

She only said that she loved him.
She said that she loved only him.

Paris is larger than Lyon.
Lyon is larger than Paris.

The cat chased the mouse into the kitchen.
Into the kitchen the cat chased the mouse.",
    },
    Sample {
        name: "Languages",
        question: "Does it know that “chat” is a cat?",
        look_for: "translations that do not find each other. This model learned from English; elsewhere it goes by the language and by shared words more than by the meaning.",
        text: "\
The cat sleeps on the sofa.
Le chat dort sur le canapé.
Die Katze schläft auf dem Sofa.
El gato duerme en el sofá.
猫がソファで寝ている。

The train leaves at seven o'clock.
Le train part à sept heures.
Der Zug fährt um sieben Uhr ab.
El tren sale a las siete.
電車は七時に出ます。",
    },
    Sample {
        name: "A story",
        question: "",
        look_for: "sentences that gather by what they speak of: the hare, the nap, the race. Choose “Similar together” and see how the story is told anew. (After Aesop.)",
        text: "\
A hare was making fun of a tortoise for being so slow.
“Do you ever get anywhere?” he asked with a laugh.
“Yes,” said the tortoise, “and sooner than you think.”
“I will run you a race and prove it.”
The hare was much amused at the idea of running against a tortoise.
For the fun of the thing he agreed.
The fox, who had consented to act as judge, marked the distance.
The fox started the runners off.
The hare was soon far out of sight.
To make the tortoise feel how ridiculous it was, he lay down to take a nap.
The tortoise kept going slowly but steadily.
After a time she passed the place where the hare was sleeping.
The hare slept on very peacefully.
When at last he woke up, the tortoise was near the goal.
The hare ran his swiftest, but he could not overtake the tortoise in time.
The race is not always to the swift.",
    },
    Sample {
        name: "How it is said",
        question: "",
        look_for: "whether the manner or the matter counts: one message in four tones. Do the polite ones gather, or the ones about the same thing?",
        text: "\
Close the window!
Would you mind closing the window, please?
I would be most grateful if the window could be closed.
shut the window lol

Give me the report!
Would you mind sending me the report, please?
I would be most grateful if the report could be sent to me.
gimme that report lol

Be quiet!
Would you mind speaking more softly, please?
I would be most grateful for a little silence.
shhh too loud lol",
    },
];

#[cfg(test)]
mod tests {
    use super::*;
    use semblance_workspace::Document;
    use std::collections::HashSet;

    #[test]
    fn each_set_is_small_and_has_its_own_name() {
        let names: HashSet<&str> = SAMPLES.iter().map(|sample| sample.name).collect();
        assert_eq!(names.len(), SAMPLES.len());
        for sample in SAMPLES {
            let texts = Document::new(sample.text).texts();
            assert!(
                (8..=16).contains(&texts.len()),
                "{}: {} texts",
                sample.name,
                texts.len()
            );
            let different: HashSet<_> = texts.iter().map(|text| &text.text).collect();
            assert_eq!(different.len(), texts.len(), "{}", sample.name);
            assert!(sample.look_for.len() < 200, "{}", sample.name);
        }
    }
}
