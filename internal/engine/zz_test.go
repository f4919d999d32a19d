package engine
import ("testing";"os";"context";"fmt";"bytes")
func TestZZ(t *testing.T){
 ex,_:=os.Executable(); lib,_:=FindLibrary("",os.Getenv,ex)
 e,err:=Open(lib,t.TempDir(),Options{}); if err!=nil{t.Fatal(err)}
 s,_:=e.Session()
 for _, f := range []string{"ArrowStream","SQLInsert","Buffers","CustomSeparatedWithNames","Arrow", "Values"} {
 _,err=s.Query(context.Background(),"SELECT number, toString(number) AS s FROM numbers(200000)",f,nil,func(c []byte)error{fmt.Printf("%s %d %q ... %q\n",f,len(c),c[:24],c[len(c)-24:]);return nil})
 }
 r,_:=s.run("SELECT number, toString(number) AS s FROM numbers(200000)","ArrowStream",nil)
 fmt.Printf("%q ... %q %d\n",r.Data[:24],r.Data[len(r.Data)-24:],bytes.Count(r.Data,[]byte("\xff\xff\xff\xff")))
 _,err=s.Query(context.Background(),"SELECT number, toString(number) AS s FROM numbers(0)","ArrowStream",nil,func(c []byte)error{fmt.Printf("%d %q ... %q\n",len(c),c[:24],c[len(c)-24:]);return nil})
 // residue
 for _, f := range []string{"CSV","JSON"} {
 _,err=s.Query(context.Background(),"SELECT number, throwIf(number=3) FROM numbers(10) SETTINGS max_block_size=1",f,nil,func(c []byte)error{fmt.Printf("chunk %q\n", c); return nil})
 fmt.Println(err!=nil)
 r,err=s.run("SELECT 7","CSV",nil); fmt.Printf("after: %q %v\n", r.Data, err)
 _,err=s.Query(context.Background(),"SELECT number, throwIf(number=3) FROM numbers(10) SETTINGS max_block_size=1",f,nil,func(c []byte)error{fmt.Printf("chunk %q\n", c); return nil})
 _,err=s.Query(context.Background(),"SELECT 7",f,nil,func(c []byte)error{fmt.Printf("after %q\n", c); return nil})
 _,err=s.run("SELECT number, throwIf(number=3) FROM numbers(10) SETTINGS max_block_size=1",f,nil)
 _,err=s.Query(context.Background(),"SELECT 7",f,nil,func(c []byte)error{fmt.Printf("after run %q\n", c); return nil})
 }
}
