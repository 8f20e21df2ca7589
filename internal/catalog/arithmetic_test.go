package catalog

import (
	"encoding/json"
	"testing"
)

// Arithmetic as archived versions hold it: what is stored must be read for good.
const keptArithmetic = `{"Flat":{"Parts":[{"ID":"01890a5d-ac96-774b-bcce-b302099a8057","Name":"Flour","SKU":"FLOUR","Unit":"g","Price":2000,"Line":1,
"Path":[{"ID":"01890a5d-ac96-774b-bcce-b302099a8058","Name":"Dough","SKU":"DOUGH"}],
"Ways":[{"Quantity":2000000,"Unit":"pcs","Waste":50000,"Yield":24000000,"Loss":0},{"Quantity":6000000000,"Unit":"g","Waste":0,"Yield":10000000,"Loss":40000}],"Gross":"875/16","Net":"50"}],
"Tasks":[{"Line":1,"Path":[{"ID":"01890a5d-ac96-774b-bcce-b302099a8058","Name":"Dough","SKU":"DOUGH"}],"Ways":[{"Quantity":2000000,"Unit":"pcs","Waste":50000,"Yield":24000000,"Loss":0}],"Name":"Knead",
"Run":20000000,"Units":10000000,"Loss":40000,"Minutes":"35/192","HourlyRate":21000000}],"Missing":null},
"Costing":{"Parts":[109375],"Tasks":[63802],"Material":109375,"Labor":63802,"Overhead":17318,"Total":190495},"Rates":{"Hourly":20000000,"Overhead":100000}}`

func TestKeptArithmeticIsRead(t *testing.T) {
	var a Arithmetic
	if err := json.Unmarshal([]byte(keptArithmetic), &a); err != nil {
		t.Fatal(err)
	}
	again, err := a.Flat.Cost(piece, a.Rates)
	if err != nil || again.Cost != a.Costing.Cost || again.Parts[0] != a.Costing.Parts[0] || again.Tasks[0] != a.Costing.Tasks[0] {
		t.Errorf("%+v, reckoned again %+v, %v", a.Costing, again, err)
	}
	part, task := a.Flat.Parts[0], a.Flat.Tasks[0]
	if part.Name != "Flour" || part.Path[0].SKU != "DOUGH" || part.Ways[1].Loss != 40_000 || part.Net.RatString() != "50" || task.Run != 20_000_000 || *task.HourlyRate != 21_000_000 || part.ID.IsZero() {
		t.Errorf("%+v", a)
	}
}
