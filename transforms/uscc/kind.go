package uscc

// Kind says what the first two characters of a code make of its subject. It is a hint: which class a subject belongs to
// is for a register to say.
type Kind uint8

// The kinds, by registering department (first character) and category (second).
const (
	Unknown              Kind = iota
	Organ                     // 11: government or party organ
	Institution               // 12: public institution
	MassOrganisation          // 13: mass organisation run by the staffing office
	OtherStaffing             // 19: other bodies of the staffing office
	Diplomatic                // 2x: registered by the foreign ministry
	Judicial                  // 3x: law firms, notaries and the like
	Cultural                  // 4x: registered by the culture administration
	SocialGroup               // 51: association
	PrivateNonEnterprise      // 52: private non-enterprise unit
	Foundation                // 53: foundation
	SelfGovernance            // 54: usually village and neighbourhood committees
	OtherCivil                // 55, 59: others of the civil affairs administration
	Tourism                   // 6x: registered by the tourism administration
	Religious                 // 7x: religious places and schools
	TradeUnion                // 8x: trade unions
	Enterprise                // 91: companies
	Individual                // 92: individual businesses
	Cooperative               // 93: farmers' cooperatives
	OtherMarket               // 99: others of the market administration
	Military                  // Ax: bodies of the armed forces
	GroupCollective           // N1: collective economic organisation of a group
	VillageCollective         // N2: collective economic organisation of a village
	TownCollective            // N3: collective economic organisation of a township
	OtherAgricultural         // N9: others of the agriculture administration
	OtherDepartment           // Yx: registered by any other department
)

// KindOf returns the kind that the first two characters of a folded code say, Unknown for combinations that the
// standard does not list. The rest of the code is not looked at.
func KindOf(b []byte) Kind {
	if len(b) < 2 {
		return Unknown
	}
	switch b[0] {
	case '1':
		return pick(b[1], "1239", Organ, Institution, MassOrganisation, OtherStaffing)
	case '2':
		return pick(b[1], "19", Diplomatic, Diplomatic)
	case '3':
		return pick(b[1], "123459", Judicial, Judicial, Judicial, Judicial, Judicial, Judicial)
	case '4':
		return pick(b[1], "19", Cultural, Cultural)
	case '5':
		return pick(b[1], "123459", SocialGroup, PrivateNonEnterprise, Foundation, SelfGovernance, OtherCivil, OtherCivil)
	case '6':
		return pick(b[1], "19", Tourism, Tourism)
	case '7':
		return pick(b[1], "129", Religious, Religious, Religious)
	case '8':
		return pick(b[1], "19", TradeUnion, TradeUnion)
	case '9':
		return pick(b[1], "1239", Enterprise, Individual, Cooperative, OtherMarket)
	case 'A':
		return pick(b[1], "19", Military, Military)
	case 'N':
		return pick(b[1], "1239", GroupCollective, VillageCollective, TownCollective, OtherAgricultural)
	case 'Y':
		return pick(b[1], "1", OtherDepartment)
	}
	return Unknown
}

// pick returns the kind at the place of c in chars.
func pick(c byte, chars string, kinds ...Kind) Kind {
	for i := range chars {
		if chars[i] == c {
			return kinds[i]
		}
	}
	return Unknown
}
