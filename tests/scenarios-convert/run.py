"""Converts tests/scenarios/*/*/inventory.json (cwd) to TOML. Bases dumped in /tmp/conv/bases/NAME.json"""
import sys; sys.path.insert(0,'/tmp/conv')
import conv
from conv import diff,cost,REM
import json,glob,os,shutil
B={os.path.basename(f)[:-5]:json.load(open(f)) for f in glob.glob('/tmp/conv/bases/*.json')}
assert len(B)>=14, B.keys()
def text(v):
    one=json.dumps(v,ensure_ascii=False)
    if len(one)<=110: body=one
    else: body='\n'+pretty(v)+'\n'
    if '\n' in body: 
        assert "'''" not in body
        return "'''"+body+"'''"
    return "'"+body+"'" if "'" not in body else "'''"+body+"'''"
def pretty(v,ind=0,width=116):
    one=json.dumps(v,ensure_ascii=False)
    if len(one)+ind<=width or not isinstance(v,(dict,list)) or not v: return one
    pad=' '*(ind+2)
    if isinstance(v,dict):
        parts=[pad+json.dumps(k,ensure_ascii=False)+': '+pretty(x,ind+2,width-len(k)-4) for k,x in v.items()]
        return '{\n'+',\n'.join(parts)+'\n'+' '*ind+'}'
    return '[\n'+',\n'.join(pad+pretty(x,ind+2,width) for x in v)+'\n'+' '*ind+']'
n=0;size=0
for f in sorted(glob.glob('tests/scenarios/*/*/inventory.json')):
    inv=json.load(open(f)); d=os.path.dirname(f)
    best=min(((cost(diff(b,inv)),n) for n,b in B.items()))[1]
    ch=diff(B[best],inv)
    out=f'base = "{best}"\n'
    gone=[p for p,v in ch if v is REM and p!='/gaps']
    if gone:
        out+='absent = ['+(f'"{gone[0]}"' if len(gone)==1 else '\n'+''.join(f'  "{g}",\n' for g in gone))+']\n'
    sets=[(p,v) for p,v in ch if v is not REM]
    if sets:
        out+='\n[set]\n'+''.join(f'"{p}" = {text(v)}\n' for p,v in sets)
    t=d+'.toml'
    open(t,'w').write(out); n+=1; size+=len(out)
    if '--keep' not in sys.argv: shutil.rmtree(d)
print(n,size)
