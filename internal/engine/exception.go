package engine

import (
	"errors"
	"net/http"
	"regexp"
	"strconv"
	"strings"
)

// Exception is an error that ClickHouse reports: for the client who sent the statement, in ClickHouse's own words.
type Exception struct {
	Code    int    // ClickHouse's error number, as in 62 for a syntax error; 1002 where the engine gave none
	Message string // the whole text, as in "Code: 62. DB::Exception: Syntax error … (SYNTAX_ERROR)"
}

// Error is ClickHouse's text.
func (e *Exception) Error() string { return e.Message }

// The error numbers of ClickHouse that are raised here and not by the engine.
const (
	badArguments         = 36
	notImplemented       = 48
	syntaxError          = 62
	readOnly             = 164
	cannotReadAllData    = 33
	sessionNotFound      = 372
	sessionIsLocked      = 373
	queryCancelled       = 394
	accessDenied         = 497
	authenticationFailed = 516
	cannotDecompress     = 271
	unknownException     = 1002
	notEnoughSpace       = 243
	cannotWrite          = 75
	unexpectedPacket     = 101
	tooManyQueries       = 202
)

// exceptionName is ClickHouse's name for one of them.
func exceptionName(code int) string {
	switch code {
	case badArguments:
		return "BAD_ARGUMENTS"
	case notImplemented:
		return "NOT_IMPLEMENTED"
	case syntaxError:
		return "SYNTAX_ERROR"
	case readOnly:
		return "READONLY"
	case cannotReadAllData:
		return "CANNOT_READ_ALL_DATA"
	case sessionNotFound:
		return "SESSION_NOT_FOUND"
	case sessionIsLocked:
		return "SESSION_IS_LOCKED"
	case queryCancelled:
		return "QUERY_WAS_CANCELLED"
	case accessDenied:
		return "ACCESS_DENIED"
	case authenticationFailed:
		return "AUTHENTICATION_FAILED"
	case cannotDecompress:
		return "CANNOT_DECOMPRESS"
	case notEnoughSpace:
		return "NOT_ENOUGH_SPACE"
	case unexpectedPacket:
		return "UNEXPECTED_PACKET_FROM_CLIENT"
	case tooManyQueries:
		return "TOO_MANY_SIMULTANEOUS_QUERIES"
	case cannotWrite:
		return "CANNOT_WRITE_TO_FILE_DESCRIPTOR"
	}
	return "UNKNOWN_EXCEPTION"
}

// Said is the text without the number, which the native protocol sends beside it.
func (e *Exception) Said() string {
	if m := exceptionCode.FindString(e.Message); m != "" {
		return strings.TrimSpace(e.Message[len(m):])
	}
	return e.Message
}

// Refuse is an exception in ClickHouse's form that a protocol's server raises.
func Refuse(code int, message string) *Exception { return refuse(code, message) }

// AsException gives any error ClickHouse's form.
func AsException(err error) *Exception {
	var e *Exception
	if errors.As(err, &e) {
		return e
	}
	return refuse(unknownException, err.Error())
}

// refuse is an exception raised here.
func refuse(code int, message string) *Exception {
	return &Exception{Code: code, Message: "Code: " + strconv.Itoa(code) + ". DB::Exception: " + message + " (" + exceptionName(code) + ")"}
}

var exceptionCode = regexp.MustCompile(`^(?:Error: )?Code: (\d+)\.`)

// exceptionOf reads what libchdb reports.
func exceptionOf(text string) *Exception {
	text = strings.TrimRight(text, "\n")
	if m := exceptionCode.FindStringSubmatch(text); m != nil {
		if code, err := strconv.Atoi(m[1]); err == nil {
			return &Exception{Code: code, Message: strings.TrimPrefix(text, "Error: ")}
		}
	}
	return refuse(unknownException, text)
}

// httpStatus is the status that ClickHouse answers with for an error number.
func httpStatus(code int) int {
	switch code {
	case 194: // REQUIRED_PASSWORD
		return http.StatusUnauthorized
	case 192, 193, 514, authenticationFailed, accessDenied:
		return http.StatusForbidden
	case 6, 8, 15, 25, 26, 27, 33, badArguments, 38, 41, 43, 44, 53, syntaxError, 72, 93, 117, 130, 167, 168, 223, 321, 376, 427, 436,
		441, 442, 456, 457, cannotDecompress:
		return http.StatusBadRequest
	case 46, 47, 50, 56, 60, 63, 73, 78, 81, 115, 119, 336, sessionNotFound, 511:
		return http.StatusNotFound
	case notImplemented:
		return http.StatusNotImplemented
	case 159: // TIMEOUT_EXCEEDED
		return http.StatusRequestTimeout
	case sessionIsLocked:
		return http.StatusLocked
	case tooManyQueries, 439: // CANNOT_SCHEDULE_TASK
		return http.StatusServiceUnavailable
	}
	return http.StatusInternalServerError
}
