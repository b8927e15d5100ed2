// Words of a visitor that say nothing about a product.
export const fillers: ReadonlySet<string> = new Set(
  `a about actually advice advise all also am an and any anybody anyone anything are around as ask at available bad be because been best better between bit both budget but buy by
   buying came can cannot can't carry catalog catalogue choose colour color come comes compare comparison compared could decent deal did didn't difference differences do does doesn't doing don't dollars each either else
   ever every excellent fan fancy favor find fine fit fits for friend from gave get gets getting gift gifts give given go goes going gonna good got great had has have haven't having he hello help her here hey hi
   him his how i i'd i'll i'm i've idea ideas if in including instead into is isn't it it's item items its just keen kind know less let like likes little look looking lot love lovely lover loves made
   make makes many may maybe me mean might mine model models more most mother much must my myself need needed needing needs never new nice no nor not of off offer ok okay on one ones
   only option options or other our out over own perfect perhaps person pick please pls possible possibly prefer preferably present presents price prices probably product products purchase quality
   quite range rather really recommend recommendation recommendations recommended right said same say see sell selling she shop should show size so some somebody someone something somewhere sort spend stock store
   such suggest suggestion suggestions suitable suit sure take tell than thank thanks that that's the their them then there these they thing things think this those though to too top type
   up u us use used useful using ur very vs versus wanna want wanted wanting wants was way we we're well were what what's whatever when where whether which while who whom whose why wife will wish with
   without work works would would've year years yes yet you you'd your yours husband dad mum mom mother father daughter son brother sister girlfriend boyfriend birthday christmas enjoys enjoy enthusiast into which's
   which is're gift's anybody's old young nearly almost simply small-ish ish everyday daily good-looking available now today tomorrow week soon currently still cheap cheaper expensive cost costs`.split(
    /\s+/,
  ),
);
