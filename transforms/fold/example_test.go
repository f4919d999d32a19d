package fold_test

import (
	"fmt"

	"creditsync/transforms/fold"
)

func ExampleCode() {
	fmt.Printf("%s\n", fold.Code(nil, []byte("\u3000９１３６０８０２ma36t00x6m ")))
	// Output: 91360802MA36T00X6M
}

func ExampleName() {
	fmt.Printf("%s\n", fold.Name(nil, []byte("庐陵食品 (吉安)有限公司 ")))
	// Output: 庐陵食品（吉安）有限公司
}

func ExampleHeader() {
	fmt.Println(fold.Header("行政相对人代码-1（统一社会信用代码）") == fold.Header("*行政相对人代码_1 (统一社会信用代码)"))
	// Output: true
}
