package config

import (
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/token"

	"creditsync/internal/fault"
)

// start is where a node begins: for a block mapping its first key, not its first colon.
func start(n ast.Node) pos {
	switch n := n.(type) {
	case *ast.MappingNode:
		if !n.IsFlowStyle && len(n.Values) > 0 {
			return start(n.Values[0].Key)
		}
	case *ast.MappingValueNode:
		return start(n.Key)
	}
	if n == nil {
		return pos{1, 1}
	}
	return tokenPos(n.GetToken())
}

// named says in words what a node is, for "must be text, got a list".
func named(n ast.Node) fault.Text {
	switch n.(type) {
	case *ast.MappingNode, *ast.MappingValueNode:
		return fault.T("一组键值", "a mapping")
	case *ast.SequenceNode:
		return fault.T("列表", "a list")
	case *ast.NullNode:
		return fault.T("空值", "nothing")
	}
	return fault.T("单个值", "a single value")
}

// scalar is the text of a single value as it is written, without its quotation marks; plain is true for one without.
// Numbers keep their digits: nothing is read as octal, hexadecimal or a float on the way.
func scalar(n ast.Node) (text string, ok bool) {
	switch n := n.(type) {
	case *ast.StringNode:
		return n.Value, true
	case *ast.LiteralNode:
		return n.Value.Value, true
	case *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode, *ast.InfinityNode, *ast.NanNode:
		return n.GetToken().Value, true
	}
	return "", false
}

// empty reports whether nothing stands there.
func empty(n ast.Node) bool {
	_, null := n.(*ast.NullNode)
	return n == nil || null
}

// aliases maps every alias to the node that it repeats: the last anchor of that name whose value ended before it, so
// that no node contains itself.
func aliases(root ast.Node, bad *problems) map[*ast.AliasNode]ast.Node {
	found := map[*ast.AliasNode]ast.Node{}
	anchors := map[string]ast.Node{}
	var walk func(n ast.Node)
	walk = func(n ast.Node) {
		switch n := n.(type) {
		case *ast.MappingNode:
			for _, v := range n.Values {
				walk(v)
			}
		case *ast.MappingValueNode:
			walk(n.Value)
		case *ast.SequenceNode:
			for _, v := range n.Values {
				walk(v)
			}
		case *ast.TagNode:
			walk(n.Value)
		case *ast.AnchorNode:
			walk(n.Value)
			anchors[nodeName(n.Name)] = n.Value
		case *ast.AliasNode:
			name := nodeName(n.Value)
			target, ok := anchors[name]
			if !ok {
				bad.add(start(n), "", fault.T("*%[1]s 之前没有 &%[1]s", "*%[1]s has no &%[1]s before it", name))
			}
			found[n] = target
		}
	}
	walk(root)
	return found
}

// nodeName is the name of an anchor or alias.
func nodeName(n ast.Node) string {
	if n == nil || n.GetToken() == nil {
		return ""
	}
	return n.GetToken().Value
}

// knownTag reports whether a tag says no more than what the place asks for anyway.
func knownTag(tk *token.Token) bool {
	switch tk.Value {
	case "!!str", "!!int", "!!bool", "!!float", "!!map", "!!seq", "!!null":
		return true
	}
	return false
}
