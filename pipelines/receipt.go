package pipelines

// ReceiptPrefix begins the number of a refused row (回执号); the first 16 hexadecimal digits of its reject_id follow.
const ReceiptPrefix = "HZ-"
