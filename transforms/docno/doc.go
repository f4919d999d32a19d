// Package docno folds and recognises the numbers of administrative decisions (决定书文号) and court cases (案号).
//
// A decision number is the issuing body's short name, the year in brackets, a running number and 号:
// 吉市监处罚〔2024〕12号. People type the brackets in a dozen ways, with blanks and full-width digits; [Fold] makes them
// equal and leaves everything else as written. [Key] goes further and is for matching only, never for showing.
//
// Forms vary between bodies and years, so [WellFormed] is a reason for a warning and never for a refusal.
package docno
