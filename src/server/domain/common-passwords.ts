/**
 * Well-known passwords of 15 characters and more, as they stand near the top of published breach lists, in the form
 * that `squeeze` (passwords.ts) gives: lower case, letters and digits only. Short ones need no list, for they are
 * refused by length; keyboard rows, runs and repetitions are found by rule and are not repeated here.
 */
export const commonPasswords: ReadonlySet<string> = new Set(
  `administrator1 administratorpassword administrator123 administrator1234 adminadminadmin adminpassword123
  allyourbasearebelongtous areyoukiddingme bestfriendforever bestfriends4ever changemeplease changemenow123
  changethispassword chocolatechipcookie christianoronaldo correcthorsebatterystaple correcthorsebattery
  cristianoronaldo defaultpassword donttreadonme everythinghappens expectopatronum explosionsinthesky
  footballfootball forgetpassword forgetmenot12345 godisgoodallthetime iloveyouforever iloveyousomuch
  iloveyouiloveyou iloveyou12345678 iloveyoubaby1234 iloveyoumommy123 ilovemyfamily123 iforgotmypassword
  idontknowmypassword ihavenopassword incorrectpassword itsasecrettoeverybody jesuschristislord
  jesusismysavior jesuslovesme123 justinbieber1234 letmeinletmein letmeinplease123 liverpoolfootballclub
  livelaughlovelife loveyouforever123 manchesterunited manchestercity123 maytheforcebewithyou mypasswordispassword
  mynameisinigomontoya mysecretpassword mypassword12345 mysupersecretpassword newpassword1234 newyorkyankees
  notapassword12345 oncelastsummer onetwothreefour onetwothreefourfive openthedoor12345 p4ssw0rdp4ssw0rd
  passphrase12345 password12345678 password123456789 password1234567890 password123password passwordpassword
  password1password1 passwordpassword1 passwordpassword123 passw0rdpassw0rd passw0rd12345678 passwordispassword
  passwordisstrong passwordsecure123 princessprincess qwerty1234567890 qwertyuiop12345 qwertyqwerty123
  rememberthename secretpassword secretpassword1 secretpassword123 securepassword securepassword1
  securepassword123 starwarsstarwars strongpassword strongpassword1 strongpassword123 summersummer123
  sunshinesunshine supercalifragilisticexpialidocious superman12345678 supersecretpassword supersecret12345
  tenantadministrator testpassword123 testtesttesttest thequickbrownfox thequickbrownfoxjumpsoverthelazydog
  theitcrowd12345 thisisapassword thisisapassword1 thisismypassword thisismypassword1 thisisnotapassword
  thisisasecurepassword thisisastrongpassword tobeornottobe123 tobeornottobethatisthequestion trustno1trustno1
  verysecretpassword verysecurepassword verystrongpassword welcomewelcome123 welcometothejungle
  whatisyourpassword whatsmypassword whyamihere12345 winteriscoming winteriscoming1 winteriscoming123
  youarethebest123 youaremysunshine youllneverwalkalone yourpassword1234 youshallnotpass youshallnotpass1`.split(
    /\s+/,
  ),
);
