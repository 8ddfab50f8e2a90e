"""Word lists in seven languages, read once into the codes that texts are compared by."""

from functools import lru_cache

from features.columns import Array
from features.text import word_codes

# Words that address a person in each language: second person, singular and plural, familiar and polite, verbs and the suffixed forms of
# Turkish among them, and thanks. Left out where the same word is commoner in another sense within its language: German "sie", "ihr",
# "ihnen" and "ihre" are mostly she, her and they, French "peux" and Spanish "sigue" mostly I and he, Italian "lei" she.
ADDRESS = {
    "de": (
        "du dich dir dein deine deinen deinem deiner deines euch euer eure euren eurem eurer bist hast kannst machst siehst wirst warst "
        "willst musst weißt könntest würdest solltest gehst findest kommst hattest darfst trägst seid danke dankeschön"
    ),
    "en": "you your yours yourself yourselves u ur youre youve youll youd yall thank thanks thx ty",
    "es": (
        "tú tu tus te ti contigo usted ustedes vos vosotros vosotras os vuestro vuestra vuestros vuestras eres estás tienes puedes "
        "podrías podrias haces quieres sabes sois tenéis estáis podéis dime cuéntanos gracias has"
    ),
    "fr": (
        "tu te toi ton ta tes vous votre vos taime tadore stp svp êtes avez pouvez pourriez faites savez voulez devriez auriez seriez "
        "merci es as"
    ),
    "it": (
        "tu te ti tuo tua tuoi tue voi vostro vostra vostri vostre puoi potresti vuoi dovresti stai siete avete potete riesci sembri "
        "saresti grazie hai sei"
    ),
    "pt": (
        "você vocês voce voces vc vcs cê tu te ti teu tua teus tuas contigo seu seus suas podes podias fazes queres tens estás és "
        "obrigado obrigada obg vos sabes sua"
    ),
    "tr": (
        "sen seni sana sende senden senin seninle sensin sensiz siz sizi sizde sizden sizin sizinle sizsiniz sayende sayenizde varsın "
        "varsınız misin mısın musun müsün misiniz mısınız musunuz müsünüz güzelsin güzelsiniz harikasın harikasınız süpersin tatlısın "
        "muhteşemsin mükemmelsin yapıyorsun yapıyorsunuz olmuşsun yapmışsın kullanıyorsun ediyorsun diyorsun eline ellerine elinize "
        "içtensin emeğine emeğinize yüreğine ağzına teşekkür teşekkürler sağol sağolun paylaşımlarınız size"
    ),
}
# Of those, the words that another of the seven languages uses in another sense: they count only where the comment's language is known.
ADDRESS_ELSEWHERE = "du os u ur tue siete voce es as has hai sei sua size"

# What stands in the names of many accounts; a comment with such a word speaks of the subject, not to the account.
SUBJECT_WORDS = (
    "official officiel oficial ufficiale offiziell resmi real original team club page store shop blog blogger vlog channel kanal tv "
    "love life lifestyle style live happy world daily home house family mom mum mama mami dad papa baby girl girls boy boys man woman "
    "travel food foodie fitness fit yoga gym sport football fashion mode moda beauty makeup skincare hair nails art artist music photo "
    "photos photography foto fotos design coach health healthy nature dog dogs cat cats pets book books game games gaming gamer car cars "
    "kitchen coffee wine money crypto news fun best good new sweet queen king angel star sun blue black white red gold green little"
)

# A caption that says so is sponsored (the platforms' own wording and the law's in Germany, France, Spain, Italy, Brazil, Turkey).
SPONSORED_TAGS = (
    "ad ads anzeige werbung sponsored sponsoring paidpartnership bezahltepartnerschaft collaborationcommerciale publi "
    "publicidad pubblicità adv publicidade publi parceriapaga reklam işbirliği sponsorlu gifted"
)

# The commonest words of each language, and those of others that a reader of these seven may take for one of them (Dutch, Indonesian, Malay,
# Polish, Romanian, the Scandinavian languages, Catalan, Filipino, Czech, Hungarian, Finnish, Croatian, Vietnamese, Lithuanian, Latvian).
# A word stands with every language in which it is at least a twenty-fifth (with the others together: an eighth) as frequent as in the one
# where it is most, by the word frequencies of wordfreq 3.1.
FUNCTION_WORDS = {
    "de": (
        "der die das und ich ist nicht zu den mit ein eine einen einem einer auf für im sie sich auch dem des als aber aus hat sind nach "
        "noch wir du nur wenn oder wird werden wie was bei zum zur habe haben kann dann mehr mir mich dir dich immer jetzt sehr gut muss "
        "bin gibt alles ganz machen denn mein meine meinen dein deine deinen deiner damit einfach ohne weil will etwas heute hab kein "
        "keine keinen nichts euch ihr bist hast wirklich gerade warum vielleicht bitte danke schön schöne schöner schönes schönen "
        "wunderschön toll tolle tolles liebe nie gar wieder doch mal ja nein uns vom beim würde wäre könnte hätte hier wo wann welche "
        "welches woher genau endlich diese dieser dieses dass so es er am von in an war um da geht macht machst siehst kannst freue freut "
        "echt richtig viel viele schon bis seit über unter zwischen wegen hallo gefällt gestern morgen frau mann leute all see best her "
        "love linda ne ca ton cest jai nest quelle jaime bravo mio sei tue anch vc abi lang"
    ),
    "en": (
        "im was will toll so am in an war the of and to is for that you it on with this are have has not but from my or we your all they "
        "if can just like about up out what when do no who there get been would she people how them than good only after into know see "
        "make over think then could because go said well very where even should here need really did right too why still got never such "
        "best look looks something every between always better these him his her he me be at as i dont cant isnt thats youre youve ive "
        "its doesnt didnt thank thanks love which does had more some any by our their son linda ca comment jai nest jaime bravo a come vc "
        "vcs kim men dong"
    ),
    "es": (
        "mal es has no he me de la que el en los las un una se por del con para lo su al como más mas si sí pero te mi le este esta todo "
        "ya ha cuando yo ser son sin hay está fue tu tú muy sobre también todos eso tiene nos porque qué así bien desde hasta hacer ahora "
        "era esto nada ni donde algo tiempo mejor mucho mucha tan ver ese mismo siempre tengo después están gente esa estoy va les otro "
        "gracias nunca poco creo cómo quiero aunque soy aquí ella estas hoy eres tienes puedes haces sabes estás sus mis tus cuál cuándo "
        "dónde quién bonito bonita hermoso hermosa lindo linda encanta dios hola buenos buenas días cada vez nosotros ustedes usted os "
        "vosotros unos unas otra otros hecho ojalá ca entre ta mes jai tas nest jaime bravo vos y a solo ti cosa uno bello bella brava o "
        "dos aqui lindos lindas amo contigo"
    ),
    "fr": (
        "des du mal hier es an on but or me as dont ive love de la que en un se si te le son tu nos bien ni va les mis linda et est pas "
        "une il pour dans je qui au ce sur par ne plus avec mais vous ça ca elle ai ou sont tout fait nous comme être ils cette faire sa "
        "aux même ont était mon ses lui aussi peut leur moi ces quand après suis très tous sans non où encore alors avait entre ma rien "
        "voir bon toujours votre avant depuis donc notre jamais toi déjà quoi trop ton ta tes toute chez juste oui vraiment beaucoup jour "
        "comment merci parce cela ici mes cest jai tas nest quel quelle quels quelles belle beau magnifique jadore jaime bravo pourquoi "
        "vos à y a veux sais êtes avez cet quelque quelques lequel laquelle ci tue eu né kim là"
    ),
    "it": (
        "so in da all no me i cant love la un una se del con lo su al si te mi le ha tu era gente va poco linda il qui ce ne ca ai sa lui "
        "non ma merci jai nest quel quelle belle jaime bravo a di che per della sono come più dei nel alla anche gli delle questo ho ci "
        "ad dal solo io nella ti tutti ed questa tutto cosa hanno fatto suo loro perché perchè sia sua fare così dalla degli dopo uno poi "
        "quello sempre fa chi ancora molto senza mai ogni mio può quanto mia dove nei già sei quella quindi hai altro bene grazie noi "
        "siamo oggi sto voi troppo vero davvero bello bella bellissimo bellissima bellissime bellissimi complimenti brava e è ciao tua "
        "tuo tuoi tue quando questi queste nostro nostra piace buongiorno buona proprio meno stai puoi anch dello dell o vai essa né qual "
        "amo ben beni po vi però"
    ),
    "pt": (
        "das mal uns um da do no go me as love de que se por para como mas te este esta todo ser está tu sobre todos nos porque desde era "
        "nada algo ver gente nunca estas sabes estás bonito bonita lindo linda encanta buenos cada vez os mais ou entre jamais ta jai tas "
        "nest jaime bravo vos à a ti sua sempre quanto sei bella brava e tua quando o em não uma com na eu dos foi ao você seu tem são "
        "ele muito isso já também meu pelo ela vai só pela bem até mesmo pode ter tudo ainda aqui fazer minha anos quem sem agora seus "
        "nas depois onde vou estão esse essa eles há tenho melhor bom sou suas quero mim hoje então nem nossa quer estou pra tão sim acho "
        "nós lá obrigada obrigado vc vcs lindos lindas amei parabéns demais cadê tô né vocês qual às deus amo muita teu contigo ficou "
        "beijo beijos oi kim vi ali"
    ),
    "tr": (
        "dir bin mal an da can her at i de en para su al te mi ya son hasta tan ver linda ne ses ton ta jai tas jaime bravo y o ele ve "
        "bir bu için çok ile daha gibi olarak kadar olan ben var ama sonra ki iyi yok değil sen güzel sadece zaman ilk hiç ise oldu bile "
        "nasıl şey benim böyle tek gün tüm önce artık göre mı seni beni aynı bana veya biz olduğunu diye kendi olduğu olur şu birlikte "
        "devam diğer sana fazla neden şimdi çünkü ancak başka biri bunu işte olsun öyle hemen yine siz tam uzun bizim bugün senin "
        "teşekkürler teşekkür ederim biraz evet gerçek hala hep lütfen bence olmuş harika abi abla canım allah maşallah inşallah nerede "
        "nereden kim sizin onun olsa mu mü musun misin değilim tebrikler helal yani zaten sizi herkes kimse seviyorum istiyorum oluyor "
        "ediyor bende hayırlı güzelsin ellerine emeğine sağlık süper ali dong"
    ),
}
OTHER_FUNCTION_WORDS = (
    "der die ich den dem als du werden wie was bei dir alles damit nie gar mal ja uns vom hier so es er am in an um da macht echt hallo "
    "morgen mann of to is for on are have my we just like do no over go even best her he me be at i dont cant youre ive love had any by "
    "de la que el en un una se del con para su al más mas si sí pero te mi este ya ha ser sin hay tu tú sobre nos era ni tan ver mismo va "
    "les otro aquí ella mis linda encanta dios hola cada os otra et je au ce par ne ca ai sa ses lui entre ma bon toi ta tes mes cest jai "
    "tas nest jaime bravo vos y a di per alla ho ci ti cosa sempre fa chi mai nei già hai noi sto voi bella brava tua tuo tue nostra meno "
    "stai o com na eu dos seu tem já meu vai ter sem seus nas bom sou nem lá lindas tô né qual amo muita teu oi ve ben var ki sen zaman "
    "bile tek sana tam abi allah kim mu het een van dat niet voor zijn maar ook nog wel heb naar geen mooi mooie leuk jij wij hij bij uit "
    "heel yang dan dengan untuk tidak ini itu dari ada saya aku kamu kita juga bisa akan sudah lagi banget kak nya tak boleh się jest że "
    "jak ale tylko czy bardzo dla mnie będzie już jestem od po și nu din pentru sunt foarte cu sau fi când asta multe och att det som är "
    "på av inte jag har men ett om mycket ikke jeg med til og vi kan meget også veldig els amb és molt però això perquè aquest ang ng mga "
    "ako ko mo ka naman lang yung jsem není jako když až jej bylo egy hogy meg csak nagyon volt ei että mutta kun niin olen hän oli bilo "
    "sam nije samo kao kako što ali nisam biti không và của là có một được cho tôi ir tai kad yra nav yg gak ga nggak deh dong sih"
)


@lru_cache
def codes(words: str) -> Array:
    """The sorted codes of a list of words."""
    return word_codes(words.split())
